import { isDeepStrictEqual } from 'node:util'
import { serviceLabel, shopLabels } from '../../../manifests/labels.ts'
import type { WorkloadName } from '../../../manifests/workload.ts'
import { serviceNames } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { ServiceSet } from '../platform.ts'
import { type ServiceSettings, settingsHash } from '../service-settings.ts'
import type { KubeClient, KubeObject, ObjectReference } from './kube-client.ts'
import { ensureNamespace } from './namespace.ts'
import { foundationsSecretName } from './own-foundations.ts'
import { decodeSecret, encodeSecret } from './secret-data.ts'
import { secretName } from './service-settings.ts'

/** On each Secret of settings: the hash of the settings that it belongs to. */
const settingsLabel = 'shopctl.dev/settings'
const kind = { apiVersion: 'v1', kind: 'Secret' } as const

export type SecretsPlace = { readonly client: KubeClient; readonly namespace: string }
type Kept = { readonly service: WorkloadName; readonly settings: ServiceSettings }

/**
 * Keeps a service's secrets as an immutable Secret of their hash, where they are not there yet. Throws SECRET_CHANGED
 * (refused) where somebody has put another one of this name there.
 */
export const keepSecret = async (
  { client, namespace }: SecretsPlace,
  { service, settings }: Kept,
  signal: AbortSignal,
): Promise<'made' | 'there' | 'none'> => {
  if (Object.keys(settings.secrets).length === 0) return 'none'
  const hash = settingsHash(settings)
  const name = secretName(service, hash)
  const found = await client.read({ ...kind, name, namespace }, signal)
  if (found === null) {
    const labels = { ...shopLabels, [serviceLabel]: service, [settingsLabel]: hash }
    const data = encodeSecret(settings.secrets)
    const secret = { ...kind, metadata: { name, namespace, labels }, type: 'Opaque', immutable: true, data }
    await ensureNamespace(client, namespace, signal)
    if ((await client.create(secret, signal)) !== null) return 'made'
    return keepSecret({ client, namespace }, { service, settings }, signal)
  }
  if (isDeepStrictEqual({ ...decodeSecret(found) }, { ...settings.secrets })) return 'there'
  throw new ShopctlError({
    code: 'SECRET_CHANGED',
    outcome: 'refused',
    what: `The Secret ${name} in ${namespace} does not hold what its name says; nothing was changed.`,
    why: ['shopctl made it immutable: somebody has deleted it and put another one there'],
    fix: [`kubectl delete secret ${name} --namespace ${namespace}`],
  })
}

type Recorded = {
  readonly services: ServiceSet
  /** What the settings would be now; a Secret of just these can be made again. */
  readonly settingsOf: (service: WorkloadName) => Promise<ServiceSettings>
}

const secretsOfSet = (services: ServiceSet) =>
  serviceNames.flatMap((service) => {
    const hash = services[service]?.settingsHash
    return hash === undefined ? [] : [{ service, hash, name: secretName(service, hash) }]
  })

export type MissingSecret = { readonly service: WorkloadName; readonly hash: string; readonly words: string }

/** The recorded Secrets that are gone, each with a sentence: `orders: its settings are gone (Secret …)`. */
export const missingSecrets = async (
  { client, namespace }: SecretsPlace,
  services: ServiceSet,
  signal: AbortSignal,
): Promise<readonly MissingSecret[]> => {
  const checks = secretsOfSet(services).map(async ({ service, hash, name }) => {
    const words = `${service}: its secret settings are gone (Secret ${name} in ${namespace})`
    return (await client.read({ ...kind, name, namespace }, signal)) === null ? [{ service, hash, words }] : []
  })
  return (await Promise.all(checks)).flat()
}

/**
 * Makes recorded Secrets that are gone again, as far as the settings are still those of then. Answers their names; what
 * is still missing afterwards cannot be made again.
 */
export const restoreSecrets = async (
  place: SecretsPlace,
  { services, settingsOf }: Recorded,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const restored = secretsOfSet(services).map(async ({ service, hash, name }) => {
    if ((await place.client.read({ ...kind, name, namespace: place.namespace }, signal)) !== null) return []
    const settings = await settingsOf(service)
    if (settingsHash(settings) !== hash) return []
    return (await keepSecret(place, { service, settings }, signal)) === 'made' ? [name] : []
  })
  return (await Promise.all(restored)).flat()
}

const listSecrets = async ({ client, namespace }: SecretsPlace, signal: AbortSignal): Promise<readonly KubeObject[]> =>
  (await client.list({ ...kind, namespace, labelSelector: 'app.kubernetes.io/managed-by=shopctl' }, signal)).items

/** Secrets of settings that no kept record names. */
export const unusedSecrets = async (
  place: SecretsPlace,
  records: readonly ReleaseRecord[],
  signal: AbortSignal,
): Promise<readonly ObjectReference[]> => {
  const used = new Set(records.flatMap(({ services }) => secretsOfSet(services)).map(({ name }) => name))
  const secrets = (await listSecrets(place, signal)).filter(({ metadata }) => metadata.labels?.[settingsLabel])
  return secrets
    .filter(({ metadata }) => !used.has(metadata.name))
    .map(({ metadata }) => ({ ...kind, name: metadata.name, namespace: place.namespace }))
}

/** Passwords of demo accounts are there to be shown, and the copy of all in one text is no value of its own. */
const shownKeys: ReadonlySet<string> = new Set(['foundations.json', 'databases.sql'])
const demoKeys: ReadonlySet<string> = new Set(['SEED_CUSTOMER_PASSWORD', 'SEED_ADMIN_PASSWORD'])

/**
 * Every value that pods may have been given, for the redactor; a password in a script or a URL is a part of one that is
 * here. Nothing for whoever may not read Secrets: then none of them can come along here either.
 */
export const secretValues = async (place: SecretsPlace, signal: AbortSignal): Promise<readonly string[]> => {
  const secrets = await listSecrets(place, signal).catch((error: unknown) => {
    if (error instanceof ShopctlError && error.code === 'KUBE_FORBIDDEN') return []
    throw error
  })
  const values = secrets.flatMap((secret) =>
    Object.entries(decodeSecret(secret)).filter(
      ([key]) => !demoKeys.has(key) && (secret.metadata.name !== foundationsSecretName || !shownKeys.has(key)),
    ),
  )
  return [...new Set(values.map(([, value]) => value))]
}
