import * as Args from '@oclif/core/args'
import { serviceNames } from '../../services/registry.ts'
import { environmentNames } from '../../stacks/environments.ts'
import { logSources } from '../flags.ts'
import { ShopCommand } from '../shop-command.ts'
import { describeCommands } from '../start/describe-commands.ts'
import { StartConfig } from '../start/start-config.ts'
import { completionScript, shells } from '../usage/completion-script.ts'
import { completionWords } from '../usage/completion-words.ts'
import { chosenFrom } from '../usage/refused-value.ts'

export default class Completion extends ShopCommand {
  static override summary = 'Print a script that completes commands, flags and names in a shell'

  static override examples = [
    'eval "$(shopctl completion bash)"',
    'eval "$(shopctl completion zsh)"',
    'shopctl completion fish | source',
  ]

  static override args = {
    shell: Args.string({ required: true, ignoreStdin: true, description: shells.join(', ') }),
  }

  protected async execute() {
    const { args } = await this.parse(Completion)
    const shell = chosenFrom(args.shell, { code: 'UNKNOWN_SHELL', noun: 'shell', known: shells })
    const table = this.config instanceof StartConfig ? this.config.table : {}
    const known = {
      env: environmentNames,
      'release promote --from': environmentNames,
      'release promote --to': environmentNames,
      service: serviceNames,
      only: serviceNames,
      source: logSources,
      shell: shells,
    }
    const script = completionScript(shell, completionWords(await describeCommands(table), known))
    return { result: { shell, script }, text: script }
  }
}
