import { drift } from '../../flows/infra/drift.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'
import { infraDriftView } from '../../output/views/infra-drift-view.ts'

export default class InfraDrift extends InfraCommand {
  static override summary = 'What somebody changed behind the back of infra up, and who; exit 2 where anything differs'
  static override examples = ['<%= config.bin %> infra drift --env prod']
  static override flags = { ...infraFlags }

  protected async execute() {
    const { flags } = await this.parse(InfraDrift)
    const means = await this.infraMeans(flags)
    const result = await drift(means)
    const outcome = result.outcome === 'none' ? ('done' as const) : ('changes' as const)
    return { result, text: infraDriftView(result, this.width), outcome }
  }
}
