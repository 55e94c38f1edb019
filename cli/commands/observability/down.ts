import * as Flags from '@oclif/core/flags'
import { addOnGroups } from '../../../manifests/add-ons/add-on-request.ts'
import { addOnFlags } from '../../add-on-flags.ts'
import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import { environmentFlag, waitFlag, yesFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { takeAddOnsDown } from '../../flows/observability/down.ts'
import { addOnsDownView } from '../../output/views/add-ons-view.ts'

export default class ObservabilityDown extends FlowCommand {
  static override summary = 'Stop what runs beside the shop in the cluster; its volumes stay'
  static override examples = ['<%= config.bin %> observability down --env dev --only logging']
  static override flags = {
    ...environmentFlag,
    ...addOnFlags,
    ...yesFlag,
    ...waitFlag,
    'delete-data': Flags.boolean({ summary: 'also delete the volumes, with all metrics and logs in them; asks first' }),
  }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityDown)
    const data = flags['delete-data'] ? ('delete' as const) : ('keep' as const)
    const groups = flags.only ?? addOnGroups
    const parts = groups.join(', ')
    if (!flags.yes) {
      await requireConfirmation({
        ...wordsFor(flags.env),
        question:
          data === 'delete'
            ? `Stop ${parts} of ${flags.env.name} and delete all metrics and logs for good?`
            : `Stop ${parts} of ${flags.env.name}? Until it is applied again nobody is alerted.`,
        declined: `${parts} of ${flags.env.name} was not stopped; nothing was changed.`,
        fix: toType(`${this.typed()} --yes`),
        signal: this.interrupted,
      })
    }
    const result = await takeAddOnsDown({ groups, data, waitSeconds: flags.wait ?? 0 }, await this.means(flags))
    return { result: { ...result, groups, data }, text: addOnsDownView(result, data) }
  }
}
