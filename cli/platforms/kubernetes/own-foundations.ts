import { z } from 'zod'
import { type DatabasePasswords, databaseInitSql, databaseRoles } from '../../../manifests/database-init-sql.ts'
import { shopLabels } from '../../../manifests/labels.ts'
import { initScriptKey, postgresPort, superuserPasswordKey } from '../../../manifests/postgres.ts'
import { redisPort } from '../../../manifests/redis.ts'
import { type ServiceName, serviceNames } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { newPassword, newSigningKeys, newToken } from '../new-secrets.ts'
import { ownServiceSecrets } from '../shared-service-secrets.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { ensureNamespace } from './namespace.ts'
import { decodeSecret, encodeSecret } from './secret-data.ts'
import type { SecretEntry } from './secret-entry.ts'

export const foundationsSecretName = 'shop-foundations'
const contentKey = 'foundations.json'

const passwords = z.object({ owner: z.string().min(16), app: z.string().min(16) })

const schema = z.object({
  schema: z.literal('shopctl.kubernetes/foundations/1'),
  superuserPassword: z.string().min(16),
  databases: z.object({ users: passwords, catalog: passwords, orders: passwords }),
  cursorKey: z.string().min(32),
  /** What the services' words for each other are derived from; foundations made before it was needed have none. */
  servicesRoot: z.string().min(32).optional(),
  /** Private keys as a JSON array of JWKs; the first signs. */
  signingKeys: z.string().startsWith('['),
  demo: z.object({ customerPassword: z.string().min(8), adminPassword: z.string().min(8) }),
})

/** Passwords and keys of an environment that brings its own database: made once, never changed by shopctl. */
export type OwnFoundations = z.infer<typeof schema>

type FoundationsPlace = { readonly client: KubeClient; readonly environment: string; readonly namespace: string }

const newDatabase = (): DatabasePasswords => ({ owner: newToken(), app: newToken() })

const newFoundations = (): OwnFoundations => ({
  schema: 'shopctl.kubernetes/foundations/1',
  superuserPassword: newToken(),
  databases: { users: newDatabase(), catalog: newDatabase(), orders: newDatabase() },
  cursorKey: newToken(32),
  servicesRoot: newToken(32),
  signingKeys: newSigningKeys(),
  demo: { customerPassword: newPassword(), adminPassword: newPassword() },
})

/** What the pods of the foundations mount beside what shopctl reads back. */
const dataOf = (foundations: OwnFoundations): Readonly<Record<string, string>> => ({
  [contentKey]: JSON.stringify(foundations),
  [superuserPasswordKey]: foundations.superuserPassword,
  [initScriptKey]: databaseInitSql(foundations.databases),
})

const damaged = ({ environment, namespace }: FoundationsPlace, why: string): ShopctlError =>
  new ShopctlError({
    code: 'FOUNDATIONS_DAMAGED',
    outcome: 'refused',
    what: `The Secret ${foundationsSecretName} of ${environment} is damaged; nothing was changed.`,
    why: [why, 'the databases were made with its passwords: new ones would lock the services out'],
    fix: [
      `kubectl get secret ${foundationsSecretName} --namespace ${namespace} --output yaml`,
      toType(`down --env ${environment} --delete-data`),
    ],
  })

const parse = (secret: KubeObject, place: FoundationsPlace): OwnFoundations => {
  const data = decodeSecret(secret)
  const foundations = parseContent(data[contentKey] ?? '')
  if (typeof foundations === 'string') throw damaged(place, `${contentKey}: ${foundations}`)
  const wrong = Object.entries(dataOf(foundations)).find(([key, value]) => key !== contentKey && data[key] !== value)
  if (wrong !== undefined) throw damaged(place, `${wrong[0]} is not what ${contentKey} says`)
  return foundations
}

/** Or what is wrong with it, without a word of it. */
const parseContent = (text: string): OwnFoundations | string => {
  const json = parseJson(text)
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  return json === undefined
    ? 'it is not JSON'
    : `${parsed.error.issues[0]?.path.join('.') || 'the whole'} is not as it was made`
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Null where none were made yet. Throws FOUNDATIONS_DAMAGED (refused). */
export const readOwnFoundations = async (
  place: FoundationsPlace,
  signal: AbortSignal,
): Promise<OwnFoundations | null> => {
  const { client, namespace } = place
  const secret = await client.read({ apiVersion: 'v1', kind: 'Secret', name: foundationsSecretName, namespace }, signal)
  return secret === null ? null : parse(secret, place)
}

/** Those that are there, or new ones where nothing was made with others. Of two who make them both get the same. */
export const ensureOwnFoundations = async (place: FoundationsPlace, signal: AbortSignal): Promise<OwnFoundations> => {
  const { client, namespace } = place
  const found = await readOwnFoundations(place, signal)
  if (found !== null) return found
  const postgres = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'postgres', namespace }
  if ((await client.read(postgres, signal)) !== null)
    throw damaged(place, 'it is gone, and the database is still there')
  await ensureNamespace(client, namespace, signal)
  const made = newFoundations()
  const metadata = { name: foundationsSecretName, namespace, labels: { ...shopLabels } }
  const data = encodeSecret(dataOf(made))
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', immutable: true, data }
  if ((await client.create(secret, signal)) !== null) return made
  return (await readOwnFoundations(place, signal)) ?? ensureOwnFoundations(place, signal)
}

/** The Secret never changes, so older ones derive it from what no service is told. */
const rootOf = ({ servicesRoot, superuserPassword }: OwnFoundations): string => servicesRoot ?? superuserPassword

const databaseUrl = (service: ServiceName, role: 'owner' | 'app', { databases }: OwnFoundations): string => {
  const roles = databaseRoles(service)
  return `postgres://${roles[role]}:${databases[service][role]}@postgres:${postgresPort}/${roles.database}`
}

/** What the services are told of their foundations. */
export const ownEntries = (foundations: OwnFoundations): readonly SecretEntry[] => {
  const origin = `Secret ${foundationsSecretName}`
  const databases = serviceNames.flatMap((service) => [
    { service, name: 'DATABASE_URL', value: databaseUrl(service, 'app', foundations), origin },
    { service, name: 'MIGRATION_DATABASE_URL', value: databaseUrl(service, 'owner', foundations), origin },
  ])
  return [
    ...databases,
    { service: '*', name: 'REDIS_URL', value: `redis://redis:${redisPort}`, origin },
    { service: '*', name: 'CURSOR_KEY', value: foundations.cursorKey, origin },
    { service: 'users', name: 'JWT_PRIVATE_KEYS', value: foundations.signingKeys, origin },
    ...ownServiceSecrets(rootOf(foundations)).map((secret) => ({ ...secret, origin })),
  ]
}

/** What of it must never be shown; the demo accounts' passwords are there to be shown. */
export const secretsOfFoundations = (foundations: OwnFoundations): readonly string[] => [
  foundations.superuserPassword,
  foundations.cursorKey,
  foundations.signingKeys,
  ...ownServiceSecrets(rootOf(foundations)).map(({ value }) => value),
  ...Object.values(foundations.databases).flatMap(({ owner, app }) => [owner, app]),
]
