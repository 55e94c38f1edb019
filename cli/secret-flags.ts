import * as Args from '@oclif/core/args'
import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../services/registry.ts'
import { environmentFlag } from './flags.ts'
import { chosenFrom } from './usage/refused-value.ts'

const settingName = (typed: string): string => {
  // Its value, typed here by mistake, must not be said again.
  if (typed.includes('=')) throw new CLIError('Only the name: the value is asked for, or comes from standard input.')
  if (/^[A-Z][A-Z0-9_]*$/.test(typed)) return typed
  throw new CLIError(`The name of a setting has capitals, digits and _, as MAIL_PASSWORD, not "${typed}".`)
}

/** A setting by its name. */
export const secretNameArgument = {
  name: Args.custom<string>({ ignoreStdin: true, parse: async (typed) => settingName(typed) })({
    description: 'name of the setting, as MAIL_PASSWORD',
    required: true,
  }),
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
