import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { reportFormats, reportRun } from '../../flows/loadtest/report.ts'
import { loadReportView } from '../../output/views/load-report-view.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class LoadtestReport extends ShopCommand {
  static override summary = 'One page of a load run with plots, or a summary for a pull request'
  static override examples = [
    '<%= config.bin %> loadtest report reports/load.json',
    '<%= config.bin %> loadtest report reports/load.json --format markdown --output summary.md',
  ]
  static override args = {
    file: Args.string({ description: 'a result of loadtest run', required: true, ignoreStdin: true }),
  }
  static override flags = {
    output: Flags.string({ helpValue: 'FILE', summary: 'where to write; left out, beside the result' }),
    format: Flags.option({
      options: reportFormats,
      default: 'html' as const,
      summary: 'a page that loads nothing, or Markdown',
    })(),
  }

  protected async execute() {
    const { args, flags } = await this.parse(LoadtestReport)
    const report = await reportRun({ file: args.file, output: flags.output ?? null, format: flags.format })
    return { result: report, text: loadReportView(report, { width: this.width }) }
  }
}
