import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../confirm.ts'
import { toType } from '../errors/to-type.ts'
import { environmentFlag, waitFlag, yesFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { down } from '../flows/down.ts'

export default class Down extends FlowCommand {
  static override summary = 'Stop everything of an environment; the next deploy finds its data again'

  static override examples = [
    '<%= config.bin %> down --env local',
    '<%= config.bin %> down --env local --delete-data --yes',
  ]

  static override flags = {
    ...environmentFlag,
    ...yesFlag,
    ...waitFlag,
    'delete-data': Flags.boolean({
      summary: 'also delete the databases, settings and history (local: mails and documents too); asks first',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(Down)
    const environment = flags.env.name
    const data = flags['delete-data'] ? ('delete' as const) : ('keep' as const)
    const everything =
      flags.env.platform === 'local'
        ? 'the databases, the mails, the documents, the settings and the history'
        : 'the databases, the settings and the history'
    // The local shop is the developer's own: only its data is worth a question.
    if ((data === 'delete' || flags.env.platform === 'kubernetes') && !flags.yes) {
      await requireConfirmation({
        ...wordsFor(flags.env),
        question:
          data === 'delete' ? `Delete ${everything} of ${environment} for good?` : `Stop everything of ${environment}?`,
        declined: `${environment} was not ${data === 'delete' ? 'deleted' : 'stopped'}; nothing was changed.`,
        fix: toType(`${this.typed()} --yes`),
        signal: this.interrupted,
      })
    }
    const means = await this.means(flags)
    await down({ data, waitSeconds: flags.wait ?? 0 }, means)
    const rest = data === 'delete' ? 'its data is deleted' : 'its data is kept'
    return { result: { environment, data }, text: `${environment} is down; ${rest}.` }
  }
}
