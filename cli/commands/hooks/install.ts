import * as Flags from '@oclif/core/flags'
import { installHook } from '../../flows/hooks.ts'
import { HooksCommand } from '../../hooks-command.ts'
import { hookChangeView } from '../../output/views/hooks-view.ts'

export default class HooksInstall extends HooksCommand {
  static override summary = 'Let git look for secrets, format and lint in what is staged, before each commit'
  static override examples = ['<%= config.bin %> hooks install']
  static override flags = {
    chain: Flags.boolean({ summary: 'keep a hook that is there already, and run it first' }),
  }

  protected async execute() {
    const { flags } = await this.parse(HooksInstall)
    const result = await installHook({ ...this.hooksRequest(), other: flags.chain ? 'chain' : 'refuse' })
    return { result, text: hookChangeView(result) }
  }
}
