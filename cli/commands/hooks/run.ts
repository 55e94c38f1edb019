import * as Args from '@oclif/core/args'
import { preCommit } from '../../flows/hooks-run.ts'
import { HooksCommand } from '../../hooks-command.ts'
import { commitVerdictView } from '../../output/views/hooks-view.ts'
import { chosenFrom } from '../../usage/refused-value.ts'

const hooks = ['pre-commit'] as const

export default class HooksRun extends HooksCommand {
  static override summary = 'What a hook does, by hand; exit 5 where what is staged must not be committed'
  static override examples = ['<%= config.bin %> hooks run pre-commit']
  static override args = {
    hook: Args.custom({
      description: hooks.join(', '),
      ignoreStdin: true,
      required: true,
      parse: async (typed: string) => chosenFrom(typed, { code: 'UNKNOWN_HOOK', noun: 'hook', known: hooks }),
    })(),
  }

  protected async execute() {
    await this.parse(HooksRun)
    const result = await preCommit(this.hooksRequest())
    return { result, text: commitVerdictView(result) }
  }
}
