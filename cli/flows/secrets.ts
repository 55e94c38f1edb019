import { type ServiceName, serviceNames } from '../../services/registry.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { fetchSecretEntries } from '../platforms/kubernetes/secret-source.ts'
import { openSecretsFile } from '../platforms/kubernetes/secrets-file.ts'

export type SecretsMeans = {
  readonly environment: EnvironmentFacts
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

export type SecretSetting = { readonly service: ServiceName | '*'; readonly name: string }
/** A value is never in it: not even its length. */
export type ListedSecret = SecretSetting & { readonly source: string }

const fileOf = ({ environment, repository, variables }: SecretsMeans) => {
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

/** Keeps a value in the environment's encrypted file; the next deploy brings it to the services. */
export const setSecret = async (
  means: SecretsMeans,
  setting: SecretSetting,
  given: string,
): Promise<{ file: string }> => {
  const file = fileOf(means)
  const value = given.replace(/\r?\n$/, '')
  if (value === '') throw unusable(setting.name, 'it is empty')
  if (/[\r\n]/.test(value)) throw unusable(setting.name, 'it has more than one line; JSON or base64 makes one of it')
  if (value !== value.trim())
    throw unusable(setting.name, 'it begins or ends with a space, which the file does not keep')
  await file.set([setting.service, setting.name, value])
  return { file: file.path }
}

/** Names and where each comes from, sorted; what is given twice is shown once, with the source that wins. */
export const listSecrets = async (means: SecretsMeans): Promise<readonly ListedSecret[]> => {
  fileOf(means)
  const entries = await fetchSecretEntries(means, means.signal)
  const winning = new Map(entries.map((entry) => [`${order(entry.service)} ${entry.name}`, entry]))
  return [...winning.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { service, name, origin }]) => ({ service, name, source: origin }))
}

export const unsetSecret = async (means: SecretsMeans, setting: SecretSetting): Promise<{ file: string }> => {
  const file = fileOf(means)
  if (await file.unset(setting)) return { file: file.path }
  throw new ShopctlError({
    code: 'SECRET_NOT_SET',
    outcome: 'refused',
    what: `${setting.name} is not set for ${setting.service === '*' ? 'all services' : setting.service} in ${file.path}; nothing was changed.`,
    fix: [toType(`secrets list --env ${means.environment.name}`)],
  })
}

const order = (service: SecretSetting['service']): number => (service === '*' ? -1 : serviceNames.indexOf(service))
