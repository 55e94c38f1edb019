import { randomBytes } from 'node:crypto'
import { addOnGroupLabels } from '../../../../manifests/add-ons/add-on-labels.ts'
import { loggingNamespace, monitoringNamespace } from '../../../../manifests/add-ons/add-on-names.ts'
import type { SecretReference } from '../../../../manifests/add-ons/add-on-request.ts'
import { contentHash } from '../../../../manifests/content-hash.ts'
import {
  channelSecrets,
  grafanaPasswordKey,
  kibanaEncryptionKey,
} from '../../../../manifests/monitoring/monitoring-secrets.ts'
import type { EnvironmentFacts } from '../../../../stacks/environments.ts'
import { monitoringOwner } from '../../secret-owners.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'
import { decodeSecret, encodeSecret } from '../secret-data.ts'
import { entriesOf } from '../secret-entry.ts'
import { openSecretsFile } from '../secrets-file.ts'

export type SecretsPlace = {
  readonly client: KubeClient
  readonly environment: EnvironmentFacts
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly keepSecret: (secret: string) => void
}

type Values = Readonly<Record<string, string>>
export type SecretGroup = 'monitoring' | 'logging'

const namespaces = { monitoring: monitoringNamespace, logging: loggingNamespace } as const
/** Made where nobody gives them, once: whoever knows them keeps knowing them. */
export const made: Readonly<Record<SecretGroup, readonly string[]>> = {
  monitoring: [grafanaPasswordKey],
  logging: [kibanaEncryptionKey],
}
const givenKeys: Readonly<Record<SecretGroup, readonly string[]>> = {
  monitoring: [...channelSecrets.map(({ key }) => key), grafanaPasswordKey],
  logging: [kibanaEncryptionKey],
}
const isComplete = (given: ReadonlyMap<string, unknown>): boolean =>
  Object.values(givenKeys)
    .flat()
    .every((key) => given.has(key))

/** From the encrypted file, which wins, and where it lacks something from Secrets Manager: as the services' secrets. */
const fetchGiven = async (
  { environment, repository, variables, keepSecret }: SecretsPlace,
  signal: AbortSignal,
): Promise<Values> => {
  const own = await openSecretsFile({ environment: environment.name, repository, variables }).read()
  const aws = environment.kubernetes?.secrets ?? null
  const inFile = entriesOf(monitoringOwner, own)
  const asked =
    aws === null || isComplete(inFile) ? [] : await fetchFromAws({ environment: environment.name, ...aws }, signal)
  const given = entriesOf(monitoringOwner, [...asked, ...own])
  for (const { value } of given.values()) keepSecret(value)
  return Object.fromEntries([...given].map(([name, { value }]) => [name, value]))
}

const fetchFromAws = async (
  place: { readonly environment: string; readonly region: string; readonly prefix: string },
  signal: AbortSignal,
) => {
  const { fetchAwsSecrets } = await import('../aws-secrets.ts')
  return fetchAwsSecrets(place, signal)
}

/** On the Secret of each group, which holds what was given and what was made once. */
export const secretLabel = 'shopctl.dev/secret'
export const secretOfSettings = 'settings'

const labelsOf = (group: SecretGroup) => ({ ...addOnGroupLabels(group), [secretLabel]: secretOfSettings })

/** What the newest Secret of the group holds; nothing where there is none yet. */
export const fetchKept = async (
  { client }: Pick<SecretsPlace, 'client'>,
  group: SecretGroup,
  signal: AbortSignal,
): Promise<Values> => {
  const labelSelector = Object.entries(labelsOf(group))
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  const request = { apiVersion: 'v1', kind: 'Secret', namespace: namespaces[group], labelSelector }
  const { items } = await client.list(request, signal)
  const newest = items.toSorted((one, other) =>
    (other.metadata.creationTimestamp ?? '').localeCompare(one.metadata.creationTimestamp ?? ''),
  )[0]
  return newest === undefined ? {} : decodeSecret(newest)
}

export type AddOnSecrets = {
  readonly objects: readonly KubeObject[]
  readonly references: Readonly<Record<SecretGroup, SecretReference>>
}

const secretOf = (group: SecretGroup, values: Values): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: `${group}-secrets-${contentHash(Object.entries(values).sort())}`,
    namespace: namespaces[group],
    labels: labelsOf(group),
  },
  type: 'Opaque',
  immutable: true,
  data: encodeSecret(values),
})

/** The Secret of each of these groups, as it is to be: what was given, what was made before, and what is made now. */
export const addOnSecrets = async (place: SecretsPlace, signal: AbortSignal): Promise<AddOnSecrets> => {
  const given = await fetchGiven(place, signal)
  const valuesOf = async (group: SecretGroup): Promise<Values> => {
    const kept = await fetchKept(place, group, signal)
    const pairs = givenKeys[group].flatMap((key) => {
      const isMade = made[group].includes(key)
      const value = given[key] ?? (isMade ? (kept[key] ?? randomBytes(24).toString('base64url')) : undefined)
      return value === undefined ? [] : [[key, value] as const]
    })
    for (const [, value] of pairs) place.keepSecret(value)
    return Object.fromEntries(pairs)
  }
  const [monitoring, logging] = await Promise.all([valuesOf('monitoring'), valuesOf('logging')])
  const objects = { monitoring: secretOf('monitoring', monitoring), logging: secretOf('logging', logging) }
  return {
    objects: [objects.monitoring, objects.logging],
    references: {
      monitoring: { name: objects.monitoring.metadata.name, keys: Object.keys(monitoring) },
      logging: { name: objects.logging.metadata.name, keys: Object.keys(logging) },
    },
  }
}
