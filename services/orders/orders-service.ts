import { z } from 'zod'
import { sweepIdempotencyKeys } from '../kit/idempotency-sweeper.ts'
import { authenticationSettings, openAuthentication } from '../kit/open-authentication.ts'
import { createCursors } from '../kit/pagination.ts'
import { openPeer } from '../kit/peer.ts'
import { createPeerMetrics } from '../kit/peer-metrics.ts'
import { peerPolicies } from '../kit/peer-policies.ts'
import type { Service } from '../kit/service.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { ordersAccess } from './access.ts'
import { catalogClient } from './catalog-client.ts'
import { ordersMigration } from './migrations/0001-orders.ts'
import { createOrderMetrics } from './order-metrics.ts'
import { orderRoutes } from './order-routes.ts'
import type { OrdersTables } from './schema.ts'

const settingsSchema = z.object({
  ...commonSettings,
  ...authenticationSettings(services.orders),
  CATALOG_URL: httpUrl.meta({ example: 'http://product-catalog:8000' }),
  /** Signs list cursors. Never made of another secret: who has a cursor could try values of that one by it. */
  CURSOR_KEY: z.string().min(32, 'must have at least 32 characters').meta({ example: 'at least 32 random characters' }),
})

export const ordersMigrations = [ordersMigration] as const

export const ordersService: Service<z.output<typeof settingsSchema>, OrdersTables> = {
  facts: services.orders,
  settings: settingsSchema,
  migrations: ordersMigrations,
  requestLimit: { perMinute: null, alwaysLimited: [] },

  async open(context) {
    const { settings, logger, metrics, database, now } = context
    const peerMetrics = createPeerMetrics(metrics)
    const peer = openPeer({
      name: 'catalog',
      url: settings.CATALOG_URL,
      policy: peerPolicies.catalog,
      metrics: peerMetrics,
      logger,
    })
    const authentication = openAuthentication({ ...context, access: ordersAccess, peerMetrics })
    const { guard, tokens } = authentication
    const routes = orderRoutes({
      database,
      catalog: catalogClient({ peer, tokens, audience: services.catalog.longName }, now),
      cursors: createCursors(settings.CURSOR_KEY),
      metrics: createOrderMetrics(metrics),
      guard,
      newId: () => uuidV7(now()),
    })
    const sweeper = sweepIdempotencyKeys(database, logger)
    return {
      routes,
      checks: authentication.checks,
      optionalChecks: { ...authentication.optionalChecks, catalog: peer.check },
      async close() {
        await sweeper.stop()
        authentication.close()
        peer.close()
      },
    }
  },
}
