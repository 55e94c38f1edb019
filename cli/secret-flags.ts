import * as Args from '@oclif/core/args'
import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../services/registry.ts'
import { environmentFlag } from './flags.ts'
import { awsSecretNames } from './flows/secrets-vault.ts'
import { chosenFrom } from './usage/refused-value.ts'

const settingName = (typed: string): string => {
  // Its value, typed here by mistake, must not be said again.
  if (typed.includes('=')) throw new CLIError('Only the name: the value is asked for, or comes from standard input.')
  if (/^[A-Z][A-Z0-9_]*$/.test(typed)) return typed
  throw new CLIError(`The name of a setting has capitals, digits and _, as MAIL_PASSWORD, not "${typed}".`)
}

const awsSecretName = (typed: string): string =>
  chosenFrom(typed, { code: 'UNKNOWN_SECRET', noun: 'secret', known: awsSecretNames })

/** A setting by its name. */
export const secretNameArgument = {
  name: Args.custom<string>({ ignoreStdin: true, parse: async (typed) => settingName(typed) })({
    description: 'name of the setting, as MAIL_PASSWORD',
    required: true,
  }),
}

/** A whole secret of AWS. */
export const awsSecretArgument = {
  name: Args.custom<string>({ ignoreStdin: true, parse: async (typed) => awsSecretName(typed) })({
    description: awsSecretNames.join(', '),
    required: true,
  }),
}

/** Either: secrets of AWS have small letters. */
export const anySecretArgument = {
  name: Args.custom<string>({
    ignoreStdin: true,
    parse: async (typed) => (/^[a-z]+[a-z-]*$/.test(typed) ? awsSecretName(typed) : settingName(typed)),
  })({ description: 'name of a setting, as MAIL_PASSWORD, or of a secret in AWS, as mail', required: true }),
}

export const placeFlag = {
  in: Flags.option({
    options: ['file', 'aws'] as const,
    default: 'file' as const,
    summary: 'the encrypted file, which wins, or the secret of the environment in AWS',
  })(),
}

/** Which environment, and whose setting; without the service it is every service's. */
export const secretFlags = {
  env: environmentFlag.env,
  service: Flags.custom({
    helpValue: serviceNames.join('|'),
    summary: 'for this service alone; left out, for every service',
    parse: async (typed: string) =>
      chosenFrom(typed, { code: 'UNKNOWN_SERVICE', noun: 'service', known: serviceNames }),
  })(),
}
