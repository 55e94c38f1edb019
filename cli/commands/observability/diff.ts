import { addOnGroups } from '../../../manifests/add-ons/add-on-request.ts'
import { addOnFlags } from '../../add-on-flags.ts'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { applyAddOns } from '../../flows/observability/apply.ts'
import { addOnsView } from '../../output/views/add-ons-view.ts'

export default class ObservabilityDiff extends FlowCommand {
  static override summary = 'What observability apply would change in the cluster; exit 2 where anything would'
  static override examples = ['<%= config.bin %> observability diff --env prod --only monitoring']
  static override flags = { ...environmentFlag, ...addOnFlags }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityDiff)
    const result = await applyAddOns(
      { mode: 'dry-run', groups: flags.only ?? addOnGroups, conflicts: 'refuse', waitSeconds: 0 },
      await this.means(flags),
    )
    const outcome = result.outcome === 'unchanged' ? ('done' as const) : ('changes' as const)
    return { result, text: addOnsView(result), outcome }
  }
}
