import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { z } from 'zod'
import { bundleService } from '../../../cli/images/bundle-service.ts'
import { startPostgresServer } from '../../../services/kit/testing/postgres-server.ts'
import { startRedisServer, withoutRedis } from '../../../services/kit/testing/redis-server.ts'
import { type ServiceName, services } from '../../../services/registry.ts'
import { migrated } from './migrated.ts'
import { type StartedProcess, startProcess } from './started-process.ts'

type Settings = Readonly<Record<string, string>>

export type RunningService = StartedProcess & { readonly url: string }

export type ShopUnderTest = {
  /** Another process of a service, from its bundle, on the shop's database; ends with the shop. */
  start(service: ServiceName, settings?: Settings): Promise<RunningService>
  /** The one file that such a process runs, and what it is told. */
  program(service: ServiceName): { readonly bundle: string; readonly env: Settings }
  /** Of a service's database, for preparing rows and for bare statements. */
  databaseUrl(service: ServiceName): string
  /** One for all of them, in a database of its own; they use it where their settings name it, else each its own. */
  readonly postgresBusUrl: string
  /** Null where there is no redis-server. */
  readonly redisUrl: string | null
  close(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..', '..')
const busDatabase = 'bus'
const listeningSchema = z.looseObject({ message: z.literal('listening'), port: z.int() })

/** The port in the line that says so. */
const readPort = (line: string): string | null => {
  if (!line.startsWith('{')) return null
  const { data } = listeningSchema.safeParse(JSON.parse(line))
  return data === undefined ? null : String(data.port)
}

const createDatabases = async (serverUrl: string, names: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  for (const name of names) await client.query(`create database ${name}`)
  await client.end()
}

const signingKey = () =>
  JSON.stringify([
    { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'bench' },
  ])

/** Services as they are shipped, one file each, on a PostgreSQL and a Redis of their own that keep nothing. */
export const startShopUnderTest = async (
  names: readonly ServiceName[] = ['users', 'catalog'],
): Promise<ShopUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'shop-bench-'))
  const postgres = await startPostgresServer()
  const redis = withoutRedis === '' ? await startRedisServer() : null
  await createDatabases(postgres.url, [...names.map((name) => services[name].database), busDatabase])
  const urlOf = (database: string) => new URL(`/${database}`, postgres.url).href
  const databaseUrl = (service: ServiceName) => urlOf(services[service].database)
  const postgresBusUrl = urlOf(busDatabase)
  const places = { root, directory: join(folder, 'bundles'), cacheDirectory: join(folder, 'cache') }
  const bundles = new Map<ServiceName, string>()
  for (const service of names) {
    bundles.set(service, (await bundleService({ ...places, service })).file)
    const bundle = bundles.get(service) ?? ''
    await migrated(bundle, { DATABASE_URL: databaseUrl(service) })
    await migrated(bundle, { DATABASE_URL: databaseUrl(service), EVENT_BUS_URL: postgresBusUrl })
  }

  const secret = randomBytes(32).toString('base64url')
  const secret_sha256 = createHash('sha256').update(secret).digest('hex')
  const clients = [services.catalog, services.orders].map(({ longName: id }) => ({ id, secret_sha256 }))
  const common = { SHOP_ENV: 'local', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' }
  let usersUrl = 'http://127.0.0.1:1'
  const own: Readonly<Record<string, () => Settings>> = {
    users: () => ({
      JWT_PRIVATE_KEYS: keys,
      TOKEN_KEY: randomBytes(32).toString('base64url'),
      SERVICE_CLIENTS: JSON.stringify(clients),
      PUBLIC_BASE_URL: 'http://127.0.0.1',
      MAIL_DIRECTORY: join(folder, 'mail'),
      RATE_LIMIT_REQUESTS: '1000000',
    }),
    catalog: () => ({
      USERS_URL: usersUrl,
      SERVICE_CLIENT_SECRET: secret,
      CURSOR_KEY: randomBytes(32).toString('base64url'),
    }),
    orders: () => ({
      USERS_URL: usersUrl,
      // Where a catalog runs, its address takes the place of this one.
      CATALOG_URL: 'http://127.0.0.1:1',
      SERVICE_CLIENT_SECRET: secret,
      CURSOR_KEY: randomBytes(32).toString('base64url'),
      DOCUMENTS_URL: pathToFileURL(join(folder, 'documents')).href,
    }),
  }
  const keys = signingKey()
  const envOf = (service: ServiceName) => ({ ...common, DATABASE_URL: databaseUrl(service), ...own[service]?.() })

  const started: StartedProcess[] = []
  const start = async (service: ServiceName, settings: Settings = {}): Promise<RunningService> => {
    const env = { ...envOf(service), ...settings }
    const child = await startProcess({ words: [bundles.get(service) ?? ''], env, read: readPort })
    started.push(child)
    return { ...child, url: `http://127.0.0.1:${child.first}` }
  }
  usersUrl = (await start('users')).url

  return {
    start,
    program: (service) => ({ bundle: bundles.get(service) ?? '', env: envOf(service) }),
    databaseUrl,
    postgresBusUrl,
    redisUrl: redis?.url ?? null,
    async close() {
      for (const child of started.toReversed()) await child.stop()
      await redis?.stop()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
