import { z } from 'zod'
import { type ServiceName, serviceNames } from '../../../services/registry.ts'
import type { SecretEntry } from './secret-entry.ts'

const word = z.string().min(1)
const portNumber = z.union([z.int(), z.string().regex(/^\d{1,5}$/)])

/** As RDS and its rotation write it, with the owner that migrates where there is one. */
const databaseSecret = z.object({
  username: word,
  password: word,
  host: word,
  port: portNumber.default(5432),
  dbname: word,
  migration_username: word.optional(),
  migration_password: word.optional(),
  /** As in a PostgreSQL URL. */
  sslmode: word.optional(),
})

const cacheSecret = z.object({
  host: word,
  port: portNumber.default(6379),
  username: z.string().default(''),
  password: z.string().default(''),
})
const settingName = z.string().regex(/^(?:[a-z]+\.)?[A-Z][A-Z0-9_]*$/)
const apiKeys = z.record(settingName, word)
const keySet = z.union([
  z.array(z.looseObject({ kty: word })).min(1),
  z.object({ keys: z.array(z.looseObject({ kty: word })).min(1) }),
])

type Parsed = readonly Pick<SecretEntry, 'service' | 'name' | 'value'>[]

const address = (
  scheme: string,
  { username, password, place }: { username: string; password: string; place: string },
) => `${scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${place}`

const databaseUrls = (service: ServiceName, text: string): Parsed => {
  const secret = databaseSecret.parse(JSON.parse(text))
  const { host, port, dbname, username, password, sslmode } = secret
  // Encrypted always. The authority of RDS is none that Node knows, so that it cannot be checked without its file.
  const query = sslmode === undefined ? 'uselibpqcompat=true&sslmode=require' : `sslmode=${encodeURIComponent(sslmode)}`
  const place = `${host}:${port}/${encodeURIComponent(dbname)}?${query}`
  const app = { service, name: 'DATABASE_URL', value: address('postgres', { username, password, place }) }
  const { migration_username: owner, migration_password: ownerPassword } = secret
  if (owner === undefined || ownerPassword === undefined) return [app]
  const value = address('postgres', { username: owner, password: ownerPassword, place })
  return [app, { service, name: 'MIGRATION_DATABASE_URL', value }]
}

const cacheUrl = (text: string): Parsed => {
  const trimmed = text.trim()
  if (/^rediss?:\/\//.test(trimmed)) return [{ service: '*', name: 'REDIS_URL', value: trimmed }]
  const { host, port, username, password } = cacheSecret.parse(JSON.parse(text))
  const place = `${host}:${port}`
  const value = password === '' ? `rediss://${place}` : address('rediss', { username, password, place })
  return [{ service: '*', name: 'REDIS_URL', value }]
}

const signingKeys = (text: string): Parsed => {
  const parsed = keySet.parse(JSON.parse(text))
  return [
    { service: 'users', name: 'JWT_PRIVATE_KEYS', value: JSON.stringify(Array.isArray(parsed) ? parsed : parsed.keys) },
  ]
}

const namedKeys = (text: string): Parsed =>
  Object.entries(apiKeys.parse(JSON.parse(text))).map(([key, value]) => {
    const [name = key, owner = '*'] = key.split('.').toReversed()
    const service = serviceNames.find((each) => each === owner)
    if (service === undefined && owner !== '*') throw new Error(`${owner} is no service`)
    return { service: service ?? '*', name, value }
  })

/** Names of secrets below the environment's prefix, and what each of them becomes. Each throws on another form. */
export const awsSecrets: Readonly<Record<string, (text: string) => Parsed>> = {
  ...Object.fromEntries(
    serviceNames.map((service) => [`database-${service}`, (text: string) => databaseUrls(service, text)]),
  ),
  'jwt-signing-keys': signingKeys,
  cache: cacheUrl,
  'redis-url': cacheUrl,
  mail: namedKeys,
  'payment-provider': namedKeys,
  'api-keys': namedKeys,
}

/** Of whom a setting is, by the first word of its name; everything else is in `api-keys`. */
const owners: Readonly<Record<string, string>> = {
  MAIL: 'mail',
  SMTP: 'mail',
  PAYMENT: 'payment-provider',
  PAYPAL: 'payment-provider',
  STRIPE: 'payment-provider',
}

/** Secrets of which people may set single settings: JSON objects of names and values. */
export const keyedSecrets: ReadonlySet<string> = new Set(['mail', 'payment-provider', 'api-keys'])

/** Where a setting of a service is looked for, for whoever has to put it there. */
export const awsSecretFor = (service: string, name: string): string => {
  if (name === 'DATABASE_URL' || name === 'MIGRATION_DATABASE_URL') return `database-${service}`
  if (name === 'JWT_PRIVATE_KEYS') return 'jwt-signing-keys'
  if (name === 'REDIS_URL') return 'cache'
  return owners[name.split('_')[0] ?? ''] ?? 'api-keys'
}

/** What is wrong with a secret's form, without a word of its value. */
export const wrongForm = (error: unknown): string => {
  if (error instanceof z.ZodError) {
    const places = error.issues.map((issue) => issue.path.join('.') || 'the whole')
    return `${[...new Set(places)].join(', ')} is missing or not as it should be`
  }
  return error instanceof SyntaxError ? 'it is not JSON' : 'it is not as it should be'
}
