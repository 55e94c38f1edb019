import { setSecret } from '../../flows/secrets.ts'
import { ownerInWords } from '../../output/views/secrets-view.ts'
import { readSecret } from '../../read-secret.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { secretFlags, secretNameArgument } from '../../secret-flags.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class SecretsSet extends ShopCommand {
  static override summary = 'Keep a secret setting in the encrypted file of an environment; the value comes from stdin'
  static override examples = [
    '<%= config.bin %> secrets set MAIL_PASSWORD --env staging --service orders',
    'pass show mail | <%= config.bin %> secrets set MAIL_PASSWORD --env staging',
  ]
  static override args = secretNameArgument
  static override flags = secretFlags

  protected async execute() {
    const { args, flags } = await this.parse(SecretsSet)
    const { env: environment, service = '*' } = flags
    const { name } = args
    const signal = this.interrupted
    const value = await readSecret({
      question: `${name} for ${ownerInWords(service)} in ${environment.name}: `,
      signal,
    })
    this.redactor.register(value.trim())
    const means = { environment, repository: repositoryRoot, variables: process.env, signal }
    const { file } = await setSecret(means, { service, name }, value)
    const text = `${name} for ${ownerInWords(service)} is kept in ${file}; the next deploy of ${environment.name} uses it.`
    return { result: { service, name, file }, text }
  }
}
