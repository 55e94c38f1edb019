import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { z } from 'zod'
import { type App, createApp } from '../../kit/app.ts'
import type { Principal, TokenVerifier } from '../../kit/authentication.ts'
import { createHealth } from '../../kit/health.ts'
import { createLogger } from '../../kit/logging.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { createCursors } from '../../kit/pagination.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { services } from '../../registry.ts'
import { catalogRoutes } from '../catalog-routes.ts'
import { catalogMigrations } from '../catalog-service.ts'
import type { CatalogTables } from '../schema.ts'

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Body }
export type Body = z.output<typeof bodySchema>

export type TestCatalog = {
  readonly app: App
  readonly url: string
  readonly kysely: Kysely<CatalogTables>
  readonly categoryId: string
  /** `as` is a user id, or `admin`; nobody where it is left out. */
  send(method: string, path: string, more?: Sending): Promise<Answer>
  /** A new product with so many units on hand. */
  stocked(quantity: number): Promise<string>
  close(): Promise<void>
}

type Sending = { readonly as?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }

export const customer = '0192f0c4-5a00-7000-8000-00000000000a'

/** What the tests look at in any answer. */
const bodySchema = z.looseObject({
  id: z.string().default(''),
  code: z.string().default(''),
  state: z.string().default(''),
  version: z.number().default(0),
  next_cursor: z.string().nullable().default(null),
  data: z.array(z.looseObject({ id: z.string(), name: z.string(), price: z.number().default(0) })).default([]),
  items: z.array(z.unknown()).default([]),
  errors: z.array(z.looseObject({ pointer: z.string().optional(), parameter: z.string().optional() })).default([]),
})

/** The application on a database of its own, with a connection for each of fifty contenders. */
export async function testCatalog(): Promise<TestCatalog> {
  const database = await testDatabase<CatalogTables>(catalogMigrations, { poolSize: 50 })
  const { kysely } = database
  const app = appOn(kysely)
  const newId = () => uuidV7(new Date())
  const categoryId = newId()
  await kysely.insertInto('categories').values({ id: categoryId, name: 'Things', parent_id: null }).execute()

  return {
    app,
    url: database.url,
    kysely,
    categoryId,
    async send(method, path, { as, body, headers = {} } = {}) {
      const response = await app.request(path, {
        method,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const parsed = bodySchema.parse(text === '' ? {} : JSON.parse(text))
      return { status: response.status, headers: response.headers, body: parsed }
    },
    async stocked(quantity) {
      const id = newId()
      await sql`
        insert into products (id, sku, name, description, price, currency, category_id)
        values (${id}, ${id}, 'Thing', '', 100, 'EUR', ${categoryId})`.execute(kysely)
      await sql`insert into inventory (product_id, quantity, location) values (${id}, ${quantity}, 'main')`.execute(
        kysely,
      )
      return id
    },
    close: () => database.drop(),
  }
}

function appOn(database: Kysely<CatalogTables>): App {
  const metrics = createMetrics()
  const cursors = createCursors('a secret of the tests')
  const routes = catalogRoutes({ database, metrics, verify: nameIsToken, cursors, newId: () => uuidV7(new Date()) })
  const logger = createLogger({ service: 'test', version: 'test', level: 'silent' })
  const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
  return createApp({ facts: services.catalog, version: 'test', logger, metrics, health, routes })
}

/** Who signs tokens is not the question here: the token is the user's id. */
const nameIsToken: TokenVerifier = async (token): Promise<Principal> => {
  const role = token === 'admin' ? 'admin' : 'user'
  return { userId: role === 'admin' ? randomUUID() : token, sessionId: randomUUID(), role, emailVerified: true }
}
