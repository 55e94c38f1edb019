import * as Flags from '@oclif/core/flags'
import { qualityGate } from '../../flows/quality-gate.ts'
import { qualityGateView } from '../../output/views/quality-view.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { ShopCommand } from '../../shop-command.ts'

const usualWaitSeconds = 300

export default class QualityGate extends ShopCommand {
  static override summary = "What SonarQube's quality gate says of the last scan; exit 5 where it says no"
  static override examples = ['<%= config.bin %> quality gate', '<%= config.bin %> quality gate --wait 600']
  static override flags = {
    wait: Flags.integer({
      min: 0,
      max: 3_600,
      default: usualWaitSeconds,
      helpValue: 'SECONDS',
      summary: 'how long SonarQube may take; then exit 6',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(QualityGate)
    const result = await qualityGate({
      repository: repositoryRoot,
      variables: process.env,
      waitSeconds: flags.wait,
      reporter: await this.openReporter(flags),
      keepSecret: (secret) => this.redactor.register(secret),
      signal: this.interrupted,
    })
    const outcome = result.verdict === 'passed' ? ('done' as const) : ('check-failed' as const)
    return { result, text: qualityGateView(result, this.width), outcome }
  }
}
