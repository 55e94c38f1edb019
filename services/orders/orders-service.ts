import { endTogether } from '../kit/end-together.ts'
import { eventTypesOf } from '../kit/event-schemas/event-catalogue.ts'
import { sweepIdempotencyKeys } from '../kit/idempotency-sweeper.ts'
import { openObjectStore } from '../kit/object-store/open-object-store.ts'
import { openAuthentication } from '../kit/open-authentication.ts'
import { createCursors } from '../kit/pagination.ts'
import { openPeer } from '../kit/peer.ts'
import { createPeerMetrics } from '../kit/peer-metrics.ts'
import { peerPolicies } from '../kit/peer-policies.ts'
import { createRoutes } from '../kit/routes.ts'
import type { Service } from '../kit/service.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { ordersAccess } from './access.ts'
import { closedCustomers } from './cancel/closed-customers.ts'
import { catalogClient } from './catalog-client.ts'
import { documentPlace, sellerOf } from './documents/document-settings.ts'
import { ordersMigration } from './migrations/0001-orders.ts'
import { moneyMigration } from './migrations/0002-money.ts'
import { openNotifications } from './notifications/open-notifications.ts'
import { orderCounters } from './order-counters.ts'
import { createOrderMetrics } from './order-metrics.ts'
import { addOrderRoutes } from './order-routes.ts'
import { openOrderWork } from './order-work.ts'
import { type OrdersSettings, ordersSettings } from './orders-settings.ts'
import { openPayTime } from './pay/pay-time.ts'
import { openProviders } from './payments/open-providers.ts'
import { readOrderFacts } from './reads/order-facts.ts'
import { warmOrders } from './reads/warm-orders.ts'
import type { OrdersTables } from './schema.ts'
import { openCarriers } from './shipments/carriers/open-carriers.ts'

export const ordersMigrations = [ordersMigration, moneyMigration] as const

/** Orders, their money and what comes of them. */
export const ordersService: Service<OrdersSettings, OrdersTables> = {
  facts: services.orders,
  settings: ordersSettings,
  migrations: ordersMigrations,
  requestLimit: { perMinute: null, alwaysLimited: [] },
  bodyLimits: { '/api/v1/webhooks': 512 * 1024 },
  deadlines: { '/api/v1/orders/:id/payment': 20_000, '/api/v1/orders/reconcile': 30_000 },
  publishes: eventTypesOf('orders'),
  consumes: ['orders-closed-customers', 'orders-counters', 'order-notifications'],

  async open(context) {
    const { settings, logger, metrics, database, tracing, now } = context
    const peerMetrics = createPeerMetrics(metrics)
    const openOne = (name: 'catalog' | 'users', url: string) =>
      openPeer({ name, url, policy: peerPolicies[name], metrics: peerMetrics, logger })
    const catalogPeer = openOne('catalog', settings.CATALOG_URL)
    const usersPeer = openOne('users', settings.USERS_URL)
    const authentication = openAuthentication({ ...context, access: ordersAccess, peerMetrics })
    const { guard, tokens } = authentication
    const newId = () => uuidV7(now())
    const providers = await openProviders({ ...context, metrics: peerMetrics })
    const store = openObjectStore(documentPlace(settings))
    const orderMetrics = createOrderMetrics(metrics, database)
    const shared = {
      database,
      logger,
      now,
      newId,
      guard,
      store,
      metrics: orderMetrics,
      catalog: catalogClient({ peer: catalogPeer, tokens, audience: services.catalog.longName }),
      providers,
      seller: sellerOf(settings),
      cursors: createCursors(settings.CURSOR_KEY),
      charges: {
        taxBasisPoints: settings.TAX_BASIS_POINTS,
        shippingCents: (currency: string) => settings.SHIPPING_FEES?.get(currency) ?? 0,
      },
      settings,
      carriers: openCarriers(settings.SHIPPING_CARRIERS),
      shippingSecrets: settings.SHIPPING_WEBHOOK_SECRETS ?? [],
    }
    const work = openOrderWork({ ...shared, tracing })
    const payTime = openPayTime()
    const notifications = openNotifications<OrdersTables>({
      settings,
      database,
      users: { peer: usersPeer, tokens, audience: services.users.longName },
      readOrderFacts: readOrderFacts(database),
      logger,
      now,
    })
    const sweeper = sweepIdempotencyKeys(database, logger)
    const routes = createRoutes()
    addOrderRoutes(routes, { ...shared, ...work.parts, payTime })
    return {
      routes,
      warm: (get) => warmOrders(database, get),
      checks: authentication.checks,
      optionalChecks: {
        ...authentication.optionalChecks,
        ...providers.optionalChecks,
        ...notifications.optionalChecks,
        catalog: catalogPeer.check,
      },
      consumers: [closedCustomers(), orderCounters(orderMetrics), ...notifications.consumers],
      ...afterwards(endTogether([work, payTime, notifications, { close: sweeper.stop }]), async () => {
        await providers.close()
        authentication.close()
        catalogPeer.close()
        usersPeer.close()
        store.close()
      }),
    }
  },
}

/** What the workers still need until they have ended is closed after them. */
function afterwards(workers: ReturnType<typeof endTogether>, close: () => Promise<void>) {
  return {
    ...workers,
    async close() {
      await workers.close().finally(close)
    },
  }
}
