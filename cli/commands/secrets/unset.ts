import { unsetSecret } from '../../flows/secrets.ts'
import { ownerInWords } from '../../output/views/secrets-view.ts'
import { secretFlags, secretNameArgument } from '../../secret-flags.ts'
import { SecretsCommand } from '../../secrets-command.ts'

export default class SecretsUnset extends SecretsCommand {
  static override summary = 'Take a secret setting out of the encrypted file of an environment'
  static override examples = ['<%= config.bin %> secrets unset MAIL_PASSWORD --env staging --service orders']
  static override args = secretNameArgument
  static override flags = secretFlags

  protected async execute() {
    const { args, flags } = await this.parse(SecretsUnset)
    const { env: environment, service = '*' } = flags
    const { name } = args
    const { file } = await unsetSecret(this.means(flags), { service, name })
    const text = `${name} for ${ownerInWords(service)} is no longer in ${file}; the next deploy of ${environment.name} goes without it.`
    return { result: { service, name, file }, text }
  }
}
