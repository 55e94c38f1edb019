import { environmentFlag } from '../../flags.ts'
import { listSecrets } from '../../flows/secrets-list.ts'
import { secretsView } from '../../output/views/secrets-view.ts'
import { SecretsCommand } from '../../secrets-command.ts'

export default class SecretsList extends SecretsCommand {
  static override summary = 'Which secret settings an environment has and where each comes from, never their values'
  static override examples = ['<%= config.bin %> secrets list --env staging']
  static override flags = { env: environmentFlag.env }

  protected async execute() {
    const { flags } = await this.parse(SecretsList)
    const result = await listSecrets(this.means(flags))
    const look = { environment: flags.env.name, width: this.width, now: new Date() }
    return { result, text: secretsView(result, look) }
  }
}
