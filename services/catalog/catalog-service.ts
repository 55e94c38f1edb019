import { z } from 'zod'
import { endTogether } from '../kit/end-together.ts'
import { eventTypesOf } from '../kit/event-schemas/event-catalogue.ts'
import { authenticationSettings, openAuthentication } from '../kit/open-authentication.ts'
import { createCursors } from '../kit/pagination.ts'
import { createPeerMetrics } from '../kit/peer-metrics.ts'
import type { Service } from '../kit/service.ts'
import { commonSettings } from '../kit/settings.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { catalogAccess } from './access.ts'
import { catalogRoutes } from './catalog-routes.ts'
import { sweepReservations } from './inventory/reservation-sweeper.ts'
import { createStockLane, stockSlots } from './inventory/stock-lane.ts'
import { createStockWatch } from './inventory/stock-watch.ts'
import { catalogMigration } from './migrations/0001-catalog.ts'
import { inventoryMigration } from './migrations/0002-inventory.ts'
import { holdsMigration } from './migrations/0003-holds.ts'
import { reviewsAndSearchMigration } from './migrations/0004-reviews-and-search.ts'
import { productRevisionMigration } from './migrations/0005-product-revision.ts'
import { holdLimitMigration } from './migrations/0006-hold-limit.ts'
import { eventDeliveryMigration } from './migrations/0007-event-delivery.ts'
import { partialReturnsMigration } from './migrations/0008-partial-returns.ts'
import { openProductCache } from './products/product-cache.ts'
import { purchases } from './reviews/purchases.ts'
import type { CatalogTables } from './schema.ts'
import { postgresSearch } from './search/postgres-search.ts'

const settingsSchema = z.object({
  ...commonSettings,
  ...authenticationSettings(services.catalog),
  /** Signs list cursors. Never made of another secret: who has a cursor could try values of that one by it. */
  CURSOR_KEY: z.string().min(32, 'must have at least 32 characters').meta({ example: 'at least 32 random characters' }),
})

/** As much of a page of products as it takes to ask for them. */
const listedSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

export const catalogMigrations = [
  catalogMigration,
  inventoryMigration,
  holdsMigration,
  reviewsAndSearchMigration,
  productRevisionMigration,
  holdLimitMigration,
  eventDeliveryMigration,
  partialReturnsMigration,
] as const

export const catalogService: Service<z.output<typeof settingsSchema>, CatalogTables> = {
  facts: services.catalog,
  settings: settingsSchema,
  migrations: catalogMigrations,
  publishes: eventTypesOf('catalog'),
  consumes: [purchases.name],
  // A page of the shop asks for many products, and all of them come from the shop's own address.
  requestLimit: { perMinute: null, alwaysLimited: [] },
  bodyLimits: { '/api/v1/products': 128 * 1024 },

  async open(context) {
    const { settings, database, metrics, logger, now } = context
    const peerMetrics = createPeerMetrics(metrics)
    const authentication = openAuthentication({ ...context, access: catalogAccess, peerMetrics })
    const { guard } = authentication
    const cursors = createCursors(settings.CURSOR_KEY)
    const stockLane = createStockLane(stockSlots(settings.DATABASE_POOL))
    const stockWatch = createStockWatch(context)
    const redis = await context.redis()
    const products = openProductCache({
      database,
      databaseUrl: settings.DATABASE_URL,
      applicationName: services.catalog.longName,
      redis,
      metrics,
      logger,
    })
    const newId = () => uuidV7(now())
    const search = postgresSearch(database)
    const routes = catalogRoutes({
      database,
      metrics,
      guard,
      cursors,
      search,
      stockLane,
      stockWatch,
      ...products,
      newId,
    })
    const sweeper = sweepReservations(database, logger)
    stockWatch.start()
    return {
      routes,
      async warm(get) {
        const listed = listedSchema.parse(await (await get('/api/v1/products')).json())
        await Promise.all(['/api/v1/categories', ...listed.data.map(({ id }) => `/api/v1/products/${id}`)].map(get))
      },
      checks: authentication.checks,
      optionalChecks: authentication.optionalChecks,
      consumers: [purchases],
      ...endTogether([products, { close: stockWatch.stop }, { close: sweeper.stop }, authentication]),
    }
  },

  async seed({ database }) {
    const { seedCatalog } = await import('./demo/seed-catalog.ts')
    return seedCatalog(database)
  },

  loadData: async () => (await import('./load-data.ts')).catalogLoadData,
}
