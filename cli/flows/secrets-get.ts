import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { SecretSetting, SecretsMeans } from './secrets.ts'
import { type AwsSecretFacts, readSecretSources } from './secrets-list.ts'
import { awsSecretNames, withVault } from './secrets-vault.ts'

export type GetRequest = {
  /** `MAIL_PASSWORD`, or a secret of AWS: `database-users`. */
  readonly name: string
  /** Null: whoever has it, where only one has. */
  readonly service: SecretSetting['service'] | null
}

export type FoundSecret = {
  readonly facts:
    | {
        readonly kind: 'setting'
        readonly service: SecretSetting['service']
        readonly name: string
        readonly source: string
      }
    | ({ readonly kind: 'secret' } & AwsSecretFacts)
  /** Null where there is none. Only for who has asked to see it. */
  readonly value: string | null
}

const notSet = (name: string, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'SECRET_NOT_SET',
    outcome: 'refused',
    what: `${name} is not set in ${environment}, neither in the encrypted file nor in AWS.`,
    fix: [toType(`secrets list --env ${environment}`)],
  })

const getSetting = async (means: SecretsMeans, { name, service }: GetRequest): Promise<FoundSecret> => {
  const { entries } = await readSecretSources(means)
  const environment = means.environment.name
  const found = entries.filter((entry) => entry.name === name && (service === null || entry.service === service))
  const [first, second] = found
  if (first === undefined) throw notSet(name, environment)
  if (second !== undefined)
    throw new ShopctlError({
      code: 'SECRET_AMBIGUOUS',
      outcome: 'usage',
      what: `${name} is set for several services of ${environment}.`,
      why: found.map((entry) => `${entry.service === '*' ? 'all services' : entry.service}: ${entry.origin}`),
      fix: found.flatMap((entry) =>
        entry.service === '*' ? [] : [toType(`secrets get ${name} --env ${environment} --service ${entry.service}`)],
      ),
    })
  return { facts: { kind: 'setting', service: first.service, name, source: first.origin }, value: first.value }
}

const getAwsSecret = (means: SecretsMeans, { name }: GetRequest): Promise<FoundSecret> =>
  withVault(means, async (vault, { prefix }) => {
    const id = `${prefix}${name}`
    const [secret, value] = await Promise.all([vault.describe(id), vault.read(id)])
    if (secret === null) throw notSet(id, means.environment.name)
    if (value !== null) means.keepSecret(value.text)
    const { arn: _, ...known } = secret
    return {
      facts: { kind: 'secret', ...known, value: value === null ? 'none' : 'there', why: null },
      value: value?.text ?? null,
    }
  })

/** One secret with its value; whether that is shown is the command's business. */
export const getSecret = (means: SecretsMeans, request: GetRequest): Promise<FoundSecret> =>
  awsSecretNames.includes(request.name) ? getAwsSecret(means, request) : getSetting(means, request)
