import * as Flags from '@oclif/core/flags'
import { plan } from '../../flows/infra/plan.ts'
import { InfraCommand, infraFlags, offlineFlag } from '../../infra-command.ts'
import { infraPlanView } from '../../output/views/infra-plan-view.ts'

export default class InfraPlan extends InfraCommand {
  static override summary =
    'What infra up would change, what that risks and costs; exit 2 where anything would change, 5 where policy says no'
  static override examples = [
    '<%= config.bin %> infra plan --env prod',
    '<%= config.bin %> infra plan --env prod --offline --json',
  ]
  static override flags = {
    ...infraFlags,
    ...offlineFlag,
    destroy: Flags.boolean({ summary: 'what infra down would destroy' }),
  }

  protected async execute() {
    const { flags } = await this.parse(InfraPlan)
    const means = await this.infraMeans(flags)
    const against = flags.offline ? ('nothing' as const) : ('account' as const)
    const { document, outcome } = await plan({ against, mode: flags.destroy ? 'destroy' : 'normal' }, means)
    return { result: document, text: infraPlanView(document, this.width), outcome }
  }
}
