import * as Flags from '@oclif/core/flags'
import { addOnDownFlags } from '../../add-on-flags.ts'
import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import { environmentFlag, waitFlag, yesFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { downQuestion, groupsToStop, takeAddOnsDown } from '../../flows/observability/down.ts'
import { addOnsDownView } from '../../output/views/add-ons-view.ts'

export default class ObservabilityDown extends FlowCommand {
  static override summary = 'Stop monitoring and logging in the cluster; their volumes stay'
  static override examples = ['<%= config.bin %> observability down --env dev --only logging']
  static override flags = {
    ...environmentFlag,
    ...addOnDownFlags,
    ...yesFlag,
    ...waitFlag,
    'delete-data': Flags.boolean({ summary: 'also delete the volumes, with all metrics and logs in them; asks first' }),
  }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityDown)
    const data = flags['delete-data'] ? ('delete' as const) : ('keep' as const)
    const groups = groupsToStop(flags.only)
    const parts = groups.join(', ')
    if (!flags.yes) {
      await requireConfirmation({
        ...wordsFor(flags.env),
        question: downQuestion({ environment: flags.env.name, groups, data }),
        declined: `${parts} of ${flags.env.name} was not stopped; nothing was changed.`,
        fix: toType(`${this.typed()} --yes`),
        signal: this.interrupted,
      })
    }
    const result = await takeAddOnsDown({ groups, data, waitSeconds: flags.wait ?? 0 }, await this.means(flags))
    return { result: { ...result, groups, data }, text: addOnsDownView(result, data) }
  }
}
