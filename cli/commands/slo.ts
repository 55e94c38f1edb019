import * as Flags from '@oclif/core/flags'
import { environmentFlag, servicesFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { slo, sloOutcome } from '../flows/slo.ts'
import { sloView } from '../output/views/slo-view.ts'

export default class Slo extends FlowCommand {
  static override summary = 'What is left of the error budget of each objective; exit 6 where Prometheus knows nothing'

  static override examples = ['<%= config.bin %> slo --env prod', '<%= config.bin %> slo --env prod --check']

  static override flags = {
    ...environmentFlag,
    ...servicesFlag('the objectives of these services only'),
    check: Flags.boolean({ summary: 'exit 5 where a budget is spent, 6 where nothing is known of one' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Slo)
    const means = await this.watchMeans(flags, process.env.SHOPCTL_PROMETHEUS_URL)
    const result = await slo({ only: flags.only ?? null, variables: process.env }, means)
    const outcome = sloOutcome(result, flags.check ? 'check' : 'look')
    return { result, text: sloView(result, { width: this.width }), outcome }
  }
}
