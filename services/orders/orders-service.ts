import { z } from 'zod'
import { accessToken, createTokenVerifier, remoteKeys } from '../kit/authentication.ts'
import { sweepIdempotencyKeys } from '../kit/idempotency-sweeper.ts'
import { createCursors } from '../kit/pagination.ts'
import { openPeer } from '../kit/peer.ts'
import { createPeerMetrics } from '../kit/peer-metrics.ts'
import { peerPolicies } from '../kit/peer-policies.ts'
import type { Service } from '../kit/service.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { catalogClient } from './catalog-client.ts'
import { ordersMigration } from './migrations/0001-orders.ts'
import { createOrderMetrics } from './order-metrics.ts'
import { orderRoutes } from './order-routes.ts'
import type { OrdersTables } from './schema.ts'

const settingsSchema = z.object({
  ...commonSettings,
  USERS_URL: httpUrl.meta({ example: 'http://user-management:8080' }),
  CATALOG_URL: httpUrl.meta({ example: 'http://product-catalog:8000' }),
  TOKEN_ISSUER: z.string().min(1).default(accessToken.issuer).meta({ example: accessToken.issuer }),
  /** Signs list cursors. Without it the key comes from DATABASE_URL, which all replicas share. */
  CURSOR_KEY: z.string().min(32).optional().meta({ example: 'at least 32 random characters' }),
})

export const ordersMigrations = [ordersMigration] as const

export const ordersService: Service<z.output<typeof settingsSchema>, OrdersTables> = {
  facts: services.orders,
  settings: settingsSchema,
  migrations: ordersMigrations,

  async open({ settings, logger, metrics, database, now }) {
    const peer = openPeer({
      name: 'catalog',
      url: settings.CATALOG_URL,
      policy: peerPolicies.catalog,
      metrics: createPeerMetrics(metrics),
      logger,
    })
    const keys = remoteKeys(settings.USERS_URL)
    const routes = orderRoutes({
      database,
      catalog: catalogClient(peer, now),
      cursors: createCursors(settings.CURSOR_KEY ?? settings.DATABASE_URL),
      metrics: createOrderMetrics(metrics),
      verify: createTokenVerifier({ keys, issuer: settings.TOKEN_ISSUER, now }),
      newId: () => uuidV7(now()),
    })
    const sweeper = sweepIdempotencyKeys(database, logger)
    return {
      routes,
      optionalChecks: { catalog: peer.check },
      async close() {
        sweeper.stop()
        peer.close()
      },
    }
  },
}
