import { environmentFlag } from '../../flags.ts'
import { listSecrets } from '../../flows/secrets.ts'
import { secretsView } from '../../output/views/secrets-view.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class SecretsList extends ShopCommand {
  static override summary = 'Which secret settings an environment has and where each comes from, never their values'
  static override examples = ['<%= config.bin %> secrets list --env staging']
  static override flags = { env: environmentFlag.env }

  protected async execute() {
    const { flags } = await this.parse(SecretsList)
    const { env: environment } = flags
    const means = { environment, repository: repositoryRoot, variables: process.env, signal: this.interrupted }
    const secrets = await listSecrets(means)
    return { result: { secrets }, text: secretsView(secrets, { environment: environment.name, width: this.width }) }
  }
}
