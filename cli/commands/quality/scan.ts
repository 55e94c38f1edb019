import { qualityScan } from '../../flows/quality-scan.ts'
import { qualityScanView } from '../../output/views/quality-view.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class QualityScan extends ShopCommand {
  static override summary = 'Send the sources and their coverage to the SonarQube that SONAR_HOST_URL names'
  static override examples = ['<%= config.bin %> quality scan']

  protected async execute() {
    const { flags } = await this.parse(QualityScan)
    const result = await qualityScan({
      repository: repositoryRoot,
      variables: process.env,
      reporter: await this.openReporter(flags),
      keepSecret: (secret) => this.redactor.register(secret),
      signal: this.interrupted,
    })
    return { result, text: qualityScanView(result) }
  }
}
