import { z } from 'zod'
import { accessToken, createTokenVerifier, remoteKeys } from '../kit/authentication.ts'
import { createCursors } from '../kit/pagination.ts'
import { openPeer } from '../kit/peer.ts'
import { createPeerMetrics } from '../kit/peer-metrics.ts'
import { peerPolicies } from '../kit/peer-policies.ts'
import type { Service } from '../kit/service.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { catalogClient } from './catalog-client.ts'
import { orders0001 } from './migrations/0001-orders.ts'
import { createOrderMetrics } from './order-metrics.ts'
import { orderRoutes } from './order-routes.ts'
import type { OrdersTables } from './schema.ts'

const settings = z.object({
  ...commonSettings,
  USERS_URL: httpUrl.meta({ example: 'http://user-management:8080' }),
  CATALOG_URL: httpUrl.meta({ example: 'http://product-catalog:8000' }),
})
export type OrdersSettings = z.output<typeof settings>

export const ordersService: Service<OrdersSettings, OrdersTables> = {
  facts: services.orders,
  settings,
  migrations: [orders0001],
  async open({ settings: { USERS_URL, CATALOG_URL, DATABASE_URL }, logger, metrics, database, now }) {
    const catalog = openPeer({
      name: 'catalog',
      url: CATALOG_URL,
      policy: peerPolicies.catalog,
      metrics: createPeerMetrics(metrics),
      logger,
    })
    const routes = orderRoutes({
      database,
      catalog: catalogClient(catalog, now),
      cursors: createCursors(DATABASE_URL),
      metrics: createOrderMetrics(metrics),
      verify: createTokenVerifier({ keys: remoteKeys(USERS_URL), issuer: accessToken.issuer, now }),
      newId: () => uuidV7(now()),
    })
    return { routes, close: async () => catalog.close() }
  },
}
