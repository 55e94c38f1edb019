import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type KyselyPlugin, sql } from 'kysely'
import { z } from 'zod'
import { createApp } from '../../kit/app.ts'
import { accessToken } from '../../kit/authentication.ts'
import { openDatabase } from '../../kit/database.ts'
import { createHealth } from '../../kit/health.ts'
import { createLogger } from '../../kit/logging.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { problemContentType, problemSchema } from '../../kit/problems.ts'
import { type ScriptedServer, scriptedServer } from '../../kit/testing/scripted-server.ts'
import { type TestDatabase, testDatabase } from '../../kit/testing/test-database.ts'
import { ordersMigrations, ordersService } from '../orders-service.ts'
import type { OrdersTables } from '../schema.ts'
import { type CatalogStandIn, catalogStandIn } from './catalog-stand-in.ts'

export type User = { readonly id: string; readonly sessionId: string; readonly token: string }

export type OrdersFixture = {
  readonly database: TestDatabase<OrdersTables>
  readonly catalog: CatalogStandIn
  readonly users: ScriptedServer
  /** The environment of a process of the service on this database. */
  readonly environment: Readonly<Record<string, string>>
  signIn(role?: 'user' | 'admin'): Promise<User>
  /** The users service knows the login no more as one that goes on. */
  logOut(user: User): void
  /** The service as a process would run it, with a pool and breakers of its own. */
  openApp(options?: AppOptions): Promise<OrdersApp>
  close(): Promise<void>
}

export type AppOptions = {
  readonly databaseUrl?: string
  readonly poolSize?: number
  /** Over those of the environment. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of what its statements go through. */
  readonly plugins?: readonly KyselyPlugin[]
  now?(): Date
}

export type OrdersApp = {
  request(path: string, init?: RequestInit): Promise<Response>
  /** As they are scraped. */
  metrics(): Promise<string>
  close(): Promise<void>
}

const issuer = accessToken.issuer

const contact = (user_id: string) => ({
  user_id,
  state: 'active',
  email: `${user_id}@mail.example`,
  email_verified: true,
  phone: '+41445550188',
  display_name: 'Ada',
  language: 'en',
})

/** The catalog's stand-in looks at no token. */
export const serviceTokenAnswer = { access_token: 'token-of-orders', token_type: 'Bearer', expires_in: 600 }

export async function ordersFixture(): Promise<OrdersFixture> {
  const database = await testDatabase<OrdersTables>(ordersMigrations, { poolSize: 10 })
  const catalog = await catalogStandIn()
  const users = await scriptedServer()
  const { publicKey, privateKey } = await generateKeyPair(accessToken.algorithm)
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: accessToken.algorithm, use: 'sig' }
  const signedIn = new Map<string, { id: string; role: 'user' | 'admin' }>()
  const loggedOut = new Set<string>()
  users.script(({ path }) => {
    if (path === '/.well-known/jwks.json') return { status: 200, json: { keys: [jwk] } }
    if (path === '/internal/v1/service-token') return { status: 200, json: serviceTokenAnswer }
    const contactOf = /^\/internal\/v1\/users\/([^/]+)\/contact$/.exec(path)?.[1]
    if (contactOf !== undefined) return { status: 200, json: contact(contactOf) }
    const sessionId = path.replace('/internal/v1/sessions/', '')
    if (loggedOut.has(sessionId)) return { status: 200, json: { state: 'ended' } }
    const session = signedIn.get(sessionId)
    if (session === undefined) return undefined
    const { id: user_id, role } = session
    return { status: 200, json: { state: 'live', user_id, role, email_verified: true } }
  })

  const environment = {
    SHOP_ENV: 'test',
    PORT: '0',
    METRICS_PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_POOL: '25',
    DATABASE_URL: database.url,
    USERS_URL: users.url,
    CATALOG_URL: catalog.url,
    CURSOR_KEY: 'a-cursor-key-of-the-tests-0123456789abcdef',
    SERVICE_CLIENT_SECRET: 'a secret of the tests, not of anyone else',
    LOG_LEVEL: 'info',
  }

  return {
    database,
    catalog,
    users,
    environment,
    async signIn(role = 'user') {
      const id = randomUUID()
      const sid = randomUUID()
      signedIn.set(sid, { id, role })
      const token = await new SignJWT({ sid, role, email_verified: true })
        .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.type, kid: 'test' })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience(accessToken.audience)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(privateKey)
      return { id, sessionId: sid, token }
    },
    logOut({ sessionId }) {
      loggedOut.add(sessionId)
    },
    async openApp({
      databaseUrl = database.url,
      now = () => new Date(),
      poolSize = 25,
      settings: more = {},
      plugins = [],
    } = {}) {
      const { facts } = ordersService
      const settings = ordersService.settings.parse({ ...environment, DATABASE_URL: databaseUrl, ...more })
      const metrics = createMetrics()
      const logger = createLogger({ service: facts.longName, version: 'test', level: 'fatal' })
      const own = openDatabase<OrdersTables>({
        url: databaseUrl,
        poolSize,
        applicationName: 'orders-test',
        metrics: metrics.registry,
        onConnectionError: () => undefined,
      })
      const redis = async () => null
      const shown = plugins.reduce((plain, plugin) => plain.withPlugin(plugin), own.kysely)
      const opened = await ordersService.open({ facts, settings, logger, metrics, database: shown, redis, now })
      const health = createHealth({
        required: {},
        optional: opened.optionalChecks ?? {},
        elapsed: () => performance.now(),
      })
      const app = createApp({ facts, version: 'test', logger, metrics, health, routes: opened.routes })
      return {
        request: async (path, init) => app.request(path, init),
        metrics: () => metrics.registry.metrics(),
        async close() {
          await opened.close()
          await own.close()
        },
      }
    },
    async close() {
      await catalog.close()
      await users.close()
      await database.drop()
    },
  }
}

export type PostOrder = { readonly key?: string; readonly body: unknown; readonly headers?: Record<string, string> }

/** The request that places an order. */
export function postOrder(user: User, { key, body, headers = {} }: PostOrder): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${user.token}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

export const as = (user: User): RequestInit => ({ headers: { authorization: `Bearer ${user.token}` } })

const shownProblem = problemSchema
  .extend({
    errors: z.array(z.looseObject({ pointer: z.string().optional(), parameter: z.string().optional() })).optional(),
  })
  .loose()

/** A problem answer, checked for what every problem must have. */
export async function problemOf(response: Response) {
  const problem = shownProblem.parse(await response.json())
  const shown = { contentType: response.headers.get('content-type'), requestId: response.headers.get('x-request-id') }
  if (shown.contentType !== problemContentType || shown.requestId !== problem.request_id) {
    throw new Error(`not a problem answer: ${JSON.stringify({ ...shown, problem })}`)
  }
  return problem
}

export type Written = { orders: number; items: number; history: number; keys: number }

/** What the tables have of a user's, by raw SQL. */
export async function writtenBy({ id }: User, { database }: OrdersFixture): Promise<Written | undefined> {
  const { rows } = await sql<Written>`
    select (select count(*) from orders where user_id = ${id}) as orders,
      (select count(*) from order_items i join orders o on o.id = i.order_id where o.user_id = ${id}) as items,
      (select count(*) from order_status_history h join orders o on o.id = h.order_id where o.user_id = ${id}) as history,
      (select count(*) from idempotency_keys where user_id = ${id}) as keys`.execute(database.kysely)
  return rows[0]
}
