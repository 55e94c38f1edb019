import * as Flags from '@oclif/core/flags'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { preview, previewOutcome } from '../../flows/observability/preview.ts'
import { previewView } from '../../output/views/preview-view.ts'

const minutesOfDay = 24 * 60

export default class ObservabilityPreview extends FlowCommand {
  static override summary =
    'What each panel of the dashboards shows now, on one page without Grafana; exit 6 where none has data'

  static override examples = [
    '<%= config.bin %> observability preview --env local --out preview.html',
    '<%= config.bin %> observability preview --env prod --out preview.html --dashboard "Error budgets" --minutes 720',
  ]

  static override flags = {
    ...environmentFlag,
    out: Flags.string({ helpValue: 'FILE', required: true, summary: 'where to write the page, which loads nothing' }),
    prometheus: Flags.string({
      helpValue: 'URL',
      summary: 'the one to ask; else SHOPCTL_PROMETHEUS_URL, else the one that watches the environment',
    }),
    dashboard: Flags.string({ helpValue: 'NAME', summary: 'this one alone, by its title or its address' }),
    minutes: Flags.integer({ min: 1, max: 14 * minutesOfDay, default: 60, summary: 'how far back the pictures reach' }),
  }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityPreview)
    const means = await this.watchMeans(flags, flags.prometheus ?? process.env.SHOPCTL_PROMETHEUS_URL)
    const result = await preview(
      {
        output: flags.out,
        dashboard: flags.dashboard ?? null,
        minutes: flags.minutes,
        environment: flags.env,
        prometheus: flags.prometheus ?? null,
        variables: process.env,
      },
      means,
    )
    return { result, text: previewView(result, { width: this.width }), outcome: previewOutcome(result) }
  }
}
