import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { VaultSecret } from '../infrastructure/secrets/secret-vault.ts'
import { parseAwsSecret } from '../platforms/kubernetes/aws-secrets.ts'
import type { SecretEntry } from '../platforms/kubernetes/secret-entry.ts'
import { covers } from '../platforms/kubernetes/secret-source.ts'
import { encryptedFile, type SecretSetting, type SecretsMeans } from './secrets.ts'
import { awsSecretNames, withVault } from './secrets-vault.ts'

/** A value is never in it: not even its length. */
export type ListedSecret = SecretSetting & { readonly source: string }

export type AwsSecretFacts = Omit<VaultSecret, 'arn'> & {
  /** `unreadable`: there is one, of a form that shopctl does not know. */
  readonly value: 'there' | 'none' | 'unreadable'
  readonly why: string | null
}

export type AwsList =
  | { readonly state: 'read'; readonly region: string; readonly secrets: readonly AwsSecretFacts[] }
  /** Nobody here may ask AWS, and nobody has to: the file has everything that is needed. */
  | { readonly state: 'not-read'; readonly why: string }

export type SecretsList = { readonly secrets: readonly ListedSecret[]; readonly aws: AwsList | null }

type Read = { readonly facts: AwsSecretFacts; readonly entries: readonly SecretEntry[] }

const parsed = (
  id: string,
  name: string,
  text: string,
): Pick<AwsSecretFacts, 'value' | 'why'> & Pick<Read, 'entries'> => {
  try {
    return { value: 'there', why: null, entries: parseAwsSecret({ id, name, text }) }
  } catch (error) {
    if (!(error instanceof ShopctlError)) throw error
    return { value: 'unreadable', why: error.why[0] ?? null, entries: [] }
  }
}

const readAws = (means: SecretsMeans): Promise<readonly Read[]> =>
  withVault(means, async (vault, { prefix }) => {
    const all = awsSecretNames.map(async (name): Promise<readonly Read[]> => {
      const id = `${prefix}${name}`
      const [secret, value] = await Promise.all([vault.describe(id), vault.read(id)])
      if (secret === null) return []
      const { arn: _, ...known } = secret
      if (value === null) return [{ facts: { ...known, value: 'none', why: null }, entries: [] }]
      means.keepSecret(value.text)
      const { entries, ...facts } = parsed(id, name, value.text)
      for (const entry of entries) means.keepSecret(entry.value)
      return [{ facts: { ...known, ...facts }, entries }]
    })
    return (await Promise.all(all)).flat()
  })

const order = (service: ServiceName | '*'): number => (service === '*' ? -1 : serviceNames.indexOf(service))

/** Of what is given twice the one that wins: for each owner and name the last. */
export const winningEntries = (entries: readonly SecretEntry[]): readonly SecretEntry[] =>
  [...new Map(entries.map((entry) => [`${order(entry.service)} ${entry.name}`, entry])).entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, entry]) => entry)

export type SecretSources = { readonly entries: readonly SecretEntry[]; readonly aws: AwsList | null }

/** Both sources with their values; the file wins. Throws what AWS throws, unless the file needs no AWS. */
export const readSecretSources = async (means: SecretsMeans): Promise<SecretSources> => {
  const own = await encryptedFile(means).read()
  for (const { value } of own) means.keepSecret(value)
  const place = means.environment.kubernetes?.secrets ?? null
  if (place === null) return { entries: winningEntries(own), aws: null }
  const read = await readAws(means).catch((error: unknown) => {
    if (error instanceof ShopctlError && error.outcome !== 'interrupted' && covers(own, means.environment)) return error
    throw error
  })
  if (read instanceof ShopctlError)
    return { entries: winningEntries(own), aws: { state: 'not-read', why: read.why[0] ?? read.message } }
  return {
    entries: winningEntries([...read.flatMap(({ entries }) => entries), ...own]),
    aws: { state: 'read', region: place.region, secrets: read.map(({ facts }) => facts) },
  }
}

/** Names, where each comes from, and what AWS says of its secrets. Never a value. */
export const listSecrets = async (means: SecretsMeans): Promise<SecretsList> => {
  const { entries, aws } = await readSecretSources(means)
  return { secrets: entries.map(({ service, name, origin }) => ({ service, name, source: origin })), aws }
}
