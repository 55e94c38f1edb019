import type { ServiceName } from '../../services/registry.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { openSecretsFile } from '../platforms/kubernetes/secrets-file.ts'

export type SecretsMeans = {
  readonly environment: EnvironmentFacts
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** Told every value as soon as it is known: it must never be printed. */
  readonly keepSecret: (value: string) => void
}

export type SecretSetting = { readonly service: ServiceName | '*'; readonly name: string }

export const encryptedFile = ({ environment, repository, variables }: SecretsMeans) => {
  if (environment.kubernetes !== null) return openSecretsFile({ environment: environment.name, repository, variables })
  throw new ShopctlError({
    code: 'NO_SECRETS_HERE',
    outcome: 'refused',
    what: `The environment ${environment.name} keeps no encrypted secrets; nothing was changed.`,
    why: [`its settings are lines NAME=value of .shopctl/${environment.name}/settings.env`],
  })
}

const unusable = (name: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'SECRET_UNUSABLE',
    outcome: 'refused',
    what: `The value of ${name} cannot be kept; nothing was changed.`,
    why: [why],
  })

/** The value without the end of its line. Throws SECRET_UNUSABLE (refused). */
export const usableValue = (name: string, given: string): string => {
  const value = given.replace(/\r?\n$/, '')
  if (value === '') throw unusable(name, 'it is empty')
  if (/[\r\n]/.test(value)) throw unusable(name, 'it has more than one line; JSON or base64 makes one of it')
  if (value !== value.trim()) throw unusable(name, 'it begins or ends with a space, which the file does not keep')
  return value
}

/** Keeps a value in the environment's encrypted file; the next deploy brings it to the services. */
export const setSecret = async (
  means: SecretsMeans,
  { service, name }: SecretSetting,
  given: string,
): Promise<{ file: string }> => {
  const file = encryptedFile(means)
  await file.set([service, name, usableValue(name, given)])
  return { file: file.path }
}

export const unsetSecret = async (means: SecretsMeans, setting: SecretSetting): Promise<{ file: string }> => {
  const file = encryptedFile(means)
  if (await file.unset(setting)) return { file: file.path }
  throw new ShopctlError({
    code: 'SECRET_NOT_SET',
    outcome: 'refused',
    what: `${setting.name} is not set for ${setting.service === '*' ? 'all services' : setting.service} in ${file.path}; nothing was changed.`,
    fix: [toType(`secrets list --env ${means.environment.name}`)],
  })
}
