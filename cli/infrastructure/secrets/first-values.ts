import { z } from 'zod'
import { type ServiceName, serviceNames, services } from '../../../services/registry.ts'
import { newSigningKeys, newToken } from '../../platforms/new-secrets.ts'
import { sharedServiceSecrets } from '../../platforms/shared-service-secrets.ts'
import type { InstallationOutputs } from './installation-outputs.ts'
import type { SecretPlace } from './secret-places.ts'

export type WantedSecret = {
  /** Below the prefix of its environment. */
  readonly name: string
  readonly description: string
  /** Null: only somebody else can give it. */
  readonly first: (() => string) | null
  /** Set where the function rotates it. `at-once`: only the first rotation makes what the value promises. */
  readonly rotation: 'at-once' | 'in-time' | null
}

type Ground = { readonly outputs: InstallationOutputs; readonly place: SecretPlace }

/**
 * A login that nobody has made yet: the first rotation makes the database, its roles and two logins, of which it gives
 * one. The names of the roles are made of `dbname`.
 */
const databaseValue = (service: ServiceName, { outputs, place }: Ground): string => {
  const { host, port, masterSecret } = outputs.database
  const dbname = place.database(services[service].database)
  return JSON.stringify({
    engine: 'postgres',
    host,
    port,
    dbname,
    username: `${dbname}_app`,
    password: newToken(),
    migration_username: `${dbname}_owner`,
    migration_password: newToken(),
    masterarn: masterSecret,
  })
}

const cacheValue = ({ outputs }: Ground): string => {
  const { host, port, user: username } = outputs.cache
  return JSON.stringify({ host, port, username, password: newToken() })
}

const apiKeys = (): Record<string, string> => {
  const shared = sharedServiceSecrets(newToken(32)).map(({ service, name, value }) => [`${service}.${name}`, value])
  // What lists are paged by; without it a new database login would end every list that somebody is reading.
  return { CURSOR_KEY: newToken(32), ...Object.fromEntries(shared) }
}

/** Below the prefix of an environment; what else is there somebody else has made. */
export const wantedNames: readonly string[] = [
  'jwt-signing-keys',
  ...serviceNames.map((service) => `database-${service}`),
  'cache',
  'api-keys',
  'mail',
  'payment-provider',
]

/** Every secret of an environment, in the order in which they are shown. */
export const wantedSecrets = (ground: Ground): readonly WantedSecret[] => [
  {
    name: 'jwt-signing-keys',
    description: 'Keys that the users service signs tokens with',
    first: newSigningKeys,
    rotation: 'in-time',
  },
  ...serviceNames.map((service) => ({
    name: `database-${service}`,
    description: `Logins of the ${service} service`,
    first: () => databaseValue(service, ground),
    rotation: 'at-once' as const,
  })),
  { name: 'cache', description: 'Address and login of Redis', first: () => cacheValue(ground), rotation: null },
  {
    name: 'api-keys',
    description: 'Further secret settings of the services',
    first: () => JSON.stringify(apiKeys()),
    rotation: null,
  },
  { name: 'mail', description: 'Login of the mail server', first: null, rotation: null },
  { name: 'payment-provider', description: 'Keys of the payment provider', first: null, rotation: null },
]

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const firstLogin = z.object({ dbname: z.string(), username: z.string() })

/** A database secret of whose login no rotation has made anything yet: it is named as the group. */
export const isFirstLogin = (text: string): boolean => {
  const { data } = firstLogin.safeParse(parsedOrNull(text))
  return data !== undefined && data.username === `${data.dbname}_app`
}

const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) })

/** User and password of the cache; null where a person has put it there in another form. */
export const cacheLogin = (text: string): { username: string; password: string } | null =>
  loginSchema.safeParse(parsedOrNull(text)).data ?? null

const placeSchema = z.object({ host: z.string(), port: z.coerce.number() })

/** Where a value leads, as `host:port`; null where it says that in another form. */
export const placeIn = (text: string): string | null => {
  const { data } = placeSchema.safeParse(parsedOrNull(text))
  return data === undefined ? null : `${data.host}:${data.port}`
}
