import type { Kysely, KyselyPlugin } from 'kysely'
import { type App, createApp } from '../../kit/app.ts'
import { createHealth } from '../../kit/health.ts'
import { createMetrics, type Metrics } from '../../kit/metrics.ts'
import { createCursors } from '../../kit/pagination.ts'
import { keptLog, type LogLine } from '../../kit/testing/test-app.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { testGuard, tokenOfName } from '../../kit/testing/test-guard.ts'
import { requireValidEvents } from '../../kit/testing/written-events.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { services } from '../../registry.ts'
import { catalogAccess } from '../access.ts'
import { catalogRoutes } from '../catalog-routes.ts'
import { catalogMigrations } from '../catalog-service.ts'
import { createStockLane } from '../inventory/stock-lane.ts'
import { createStockWatch } from '../inventory/stock-watch.ts'
import { uncachedProducts } from '../products/product-cache.ts'
import type { CatalogTables } from '../schema.ts'
import { postgresSearch } from '../search/postgres-search.ts'
import { type Answer, type Body, readAnswer, requestOf, type Send } from './answer.ts'
import { type StockRows, stockRows } from './stock-rows.ts'

export type { Answer, Body }

/** The application in this process, without a sweeper. */
export type TestCatalog = StockRows & {
  readonly app: App
  readonly metrics: Metrics
  lines(): readonly LogLine[]
  readonly url: string
  readonly kysely: Kysely<CatalogTables>
  send: Send
  close(): Promise<void>
}

const poolSize = 50

export const customer = '0192f0c4-5a00-7000-8000-00000000000a'

/** On a database of its own, with a connection for each of fifty contenders. */
export async function testCatalog({
  plugins = [],
}: {
  readonly plugins?: readonly KyselyPlugin[]
} = {}): Promise<TestCatalog> {
  const database = await testDatabase<CatalogTables>(catalogMigrations, { poolSize })
  const kysely = plugins.reduce((plain, plugin) => plain.withPlugin(plugin), database.kysely)
  const metrics = createMetrics()
  const log = keptLog()
  const { logger } = log
  const stockWatch = createStockWatch({ database: kysely, metrics, logger })
  const routes = catalogRoutes({
    database: kysely,
    metrics,
    guard: testGuard(catalogAccess),
    cursors: createCursors('a secret of the tests'),
    search: postgresSearch(kysely),
    stockLane: createStockLane(poolSize),
    stockWatch,
    ...uncachedProducts(kysely),
    newId: () => uuidV7(new Date()),
  })
  const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
  const app = createApp({ facts: services.catalog, version: 'test', logger, metrics, health, routes })

  return {
    ...(await stockRows(kysely)),
    app,
    metrics,
    lines: log.lines,
    url: database.url,
    kysely,
    async send(method, path, more = {}) {
      const authorization = more.as === undefined ? undefined : `Bearer ${tokenOfName(more.as)}`
      return readAnswer(await app.request(path, requestOf(method, more, authorization)))
    },
    close: () => requireValidEvents(kysely, 'catalog').finally(() => database.drop()),
  }
}
