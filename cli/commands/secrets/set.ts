import { setSecret } from '../../flows/secrets.ts'
import { setSecretInAws } from '../../flows/secrets-set-aws.ts'
import { awsPlace } from '../../flows/secrets-vault.ts'
import { ownerInWords } from '../../output/views/secrets-view.ts'
import { readSecret } from '../../read-secret.ts'
import { placeFlag, secretFlags, secretNameArgument } from '../../secret-flags.ts'
import { SecretsCommand } from '../../secrets-command.ts'

export default class SecretsSet extends SecretsCommand {
  static override summary =
    'Keep a secret setting in the encrypted file of an environment, or in AWS; the value comes from stdin'
  static override examples = [
    '<%= config.bin %> secrets set MAIL_PASSWORD --env staging --service orders',
    'pass show mail | <%= config.bin %> secrets set MAIL_PASSWORD --env staging --in aws',
  ]
  static override args = secretNameArgument
  static override flags = { ...secretFlags, ...placeFlag }

  protected async execute() {
    const { args, flags } = await this.parse(SecretsSet)
    const { env: environment, service = '*', in: place } = flags
    const { name } = args
    const means = this.means(flags)
    // Nobody should be asked for a value that has nowhere to go.
    if (place === 'aws') awsPlace(means)
    const question = `${name} for ${ownerInWords(service)} in ${environment.name}: `
    const value = await readSecret({ question, signal: means.signal })
    this.redactor.register(value.trim())
    const deployed = `the next deploy of ${environment.name} uses it`
    if (place === 'file') {
      const { file } = await setSecret(means, { service, name }, value)
      const text = `${name} for ${ownerInWords(service)} is kept in ${file}; ${deployed}.`
      return { result: { service, name, in: place, file }, text }
    }
    const { secret, hiddenBy } = await setSecretInAws(means, { service, name }, value)
    const ending = hiddenBy === null ? deployed : `${hiddenBy} has it too and wins until it is unset there`
    const text = `${name} for ${ownerInWords(service)} is kept in AWS, in ${secret}; ${ending}.`
    return { result: { service, name, in: place, secret, hiddenBy }, text }
  }
}
