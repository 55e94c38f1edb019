import { environmentFlag } from '../../flags.ts'
import { diffSecrets } from '../../flows/secrets-diff.ts'
import { secretsDiffView } from '../../output/views/secrets-view.ts'
import { SecretsCommand } from '../../secrets-command.ts'

export default class SecretsDiff extends SecretsCommand {
  static override summary =
    'Which secrets differ from what the running release was given, by name; exit 2 where any does'
  static override examples = ['<%= config.bin %> secrets diff --env staging']
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { flags } = await this.parse(SecretsDiff)
    const result = await diffSecrets(this.means(flags))
    const look = { environment: flags.env.name, width: this.width, now: new Date() }
    const outcome = result.differences.length === 0 ? ('done' as const) : ('changes' as const)
    return { result, text: secretsDiffView(result, look), outcome }
  }
}
