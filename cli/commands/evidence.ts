import * as Flags from '@oclif/core/flags'
import { whoAmI } from '../flow-command.ts'
import { collectEvidence } from '../flows/evidence.ts'
import { evidenceView } from '../output/views/evidence-view.ts'
import { reportsFlag } from '../reports-flag.ts'
import { repositoryRoot } from '../repository-root.ts'
import { ShopCommand } from '../shop-command.ts'

export default class EvidenceCommand extends ShopCommand {
  static override summary =
    'One page of all that a pipeline run has left behind, and the same as Markdown and for Slack'
  static override examples = [
    'SHOPCTL_REPORTS=reports <%= config.bin %> deploy --env staging',
    '<%= config.bin %> evidence --outcome failed',
  ]
  static override flags = {
    ...reportsFlag,
    output: Flags.string({ helpValue: 'DIRECTORY', summary: 'where to write; left out, beside the reports' }),
    outcome: Flags.option({
      options: ['passed', 'failed', 'unknown', 'aborted'] as const,
      summary: 'how the whole has ended; left out, as its commands and tests did',
    })(),
    since: Flags.string({
      helpValue: 'COMMIT',
      summary: 'tell the commits after this one; left out, after what Jenkins built last or the tag before',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(EvidenceCommand)
    const result = await collectEvidence({
      reports: flags.reports,
      output: flags.output ?? flags.reports,
      outcome: flags.outcome ?? null,
      since: flags.since ?? null,
      repository: repositoryRoot,
      variables: process.env,
      who: whoAmI(),
      signal: this.interrupted,
      redact: (text) => this.redactor.redact(text),
    })
    return { result, text: evidenceView(result) }
  }
}
