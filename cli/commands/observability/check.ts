import { environmentNames, environments } from '../../../stacks/environments.ts'
import { anyEnvironmentFlag } from '../../flags.ts'
import { checkObservability, checkOutcome } from '../../flows/observability/check.ts'
import { observabilityCheckView } from '../../output/views/observability-view.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class ObservabilityCheck extends ShopCommand {
  static override summary =
    'Render alerts and configuration and ask promtool and amtool; exit 5 where one says no, 6 where one is not here'
  static override examples = [
    '<%= config.bin %> observability check',
    '<%= config.bin %> observability check --env prod',
  ]
  static override flags = { env: anyEnvironmentFlag.env }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityCheck)
    const chosen = flags.env === undefined ? environmentNames.map((name) => environments[name]) : [flags.env]
    const result = await checkObservability({
      environments: chosen,
      signal: this.interrupted,
      say: (message) => this.print(message),
    })
    return { result, text: observabilityCheckView(result, { width: this.width }), outcome: checkOutcome(result) }
  }
}
