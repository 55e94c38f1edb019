import { addOnGroups } from '../../../manifests/add-ons/add-on-request.ts'
import { addOnFlags } from '../../add-on-flags.ts'
import { dryRunFlag, environmentFlag, forceFlag, waitFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { applyAddOns } from '../../flows/observability/apply.ts'
import { addOnsView } from '../../output/views/add-ons-view.ts'

export default class ObservabilityApply extends FlowCommand {
  static override summary = 'Bring up what the cluster needs beside the shop: monitoring, logging, ingress and nodes'
  static override examples = [
    '<%= config.bin %> observability apply --env dev --only monitoring',
    '<%= config.bin %> observability apply --env prod --dry-run',
  ]
  static override flags = {
    ...environmentFlag,
    ...addOnFlags,
    ...dryRunFlag,
    ...waitFlag,
    ...forceFlag('take over objects and fields that somebody else made'),
  }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityApply)
    const result = await applyAddOns(
      {
        mode: flags['dry-run'] ? 'dry-run' : 'apply',
        groups: flags.only ?? addOnGroups,
        conflicts: flags.force ? 'take' : 'refuse',
        waitSeconds: flags.wait ?? 0,
      },
      await this.means(flags),
    )
    const outcome = result.outcome === 'would-change' ? ('changes' as const) : ('done' as const)
    return { result, text: addOnsView(result), outcome }
  }
}
