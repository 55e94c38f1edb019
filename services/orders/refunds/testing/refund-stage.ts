import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { TokenVerifier } from '../../../kit/authentication.ts'
import { createGuard } from '../../../kit/guard.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { createCursors } from '../../../kit/pagination.ts'
import { openPeer } from '../../../kit/peer.ts'
import { createPeerMetrics } from '../../../kit/peer-metrics.ts'
import { peerPolicies } from '../../../kit/peer-policies.ts'
import { createRoutes } from '../../../kit/routes.ts'
import { sessionsOfTokens } from '../../../kit/testing/sessions-of-tokens.ts'
import { keptLog, type LogLine, testApp } from '../../../kit/testing/test-app.ts'
import { testDatabase } from '../../../kit/testing/test-database.ts'
import { requireValidEvents } from '../../../kit/testing/written-events.ts'
import { uuidV7 } from '../../../kit/uuid-v7.ts'
import { services } from '../../../registry.ts'
import { ordersAccess } from '../../access.ts'
import { addCancelRoute } from '../../cancel/cancel-route.ts'
import { catalogClient } from '../../catalog-client.ts'
import type { IssuingParts } from '../../invoices/issue-invoice.ts'
import { ordersMigration } from '../../migrations/0001-orders.ts'
import { moneyMigration } from '../../migrations/0002-money.ts'
import { openProviders, type PaymentProviders } from '../../payments/open-providers.ts'
import { paymentSettings } from '../../payments/payment-settings.ts'
import type { ProviderName } from '../../payments/provider.ts'
import { addReadRoutes } from '../../reads/read-routes.ts'
import type { OrdersTables } from '../../schema.ts'
import { openCarriers } from '../../shipments/carriers/open-carriers.ts'
import { addShipmentRoutes } from '../../shipments/shipment-routes.ts'
import { runTasks } from '../../tasks/run-tasks.ts'
import { releaseStockTask, returnStockTask } from '../../tasks/stock-tasks.ts'
import { type CatalogStandIn, catalogStandIn } from '../../testing/catalog-stand-in.ts'
import { applyProviderEvent } from '../../webhooks/apply-provider-event.ts'
import { applyNext, applyWebhooks } from '../../webhooks/apply-webhooks.ts'
import { addWebhookRoutes } from '../../webhooks/webhook-routes.ts'
import { applyDispute } from '../apply-dispute.ts'
import { applyRefundFacts } from '../apply-refund-facts.ts'
import type { RecordParts } from '../record-refund.ts'
import { addRefundRoute } from '../refund-route.ts'
import { sendRefundTask, watchRefundTask } from '../refund-tasks.ts'
import { returnUnitsTask } from '../return-units.ts'

/**
 * All that a refund comes through, on a database of its own: routes, tasks, and the simulated provider with webhooks that
 * go out as a real one's would.
 */
export type RefundStage = {
  readonly kysely: Kysely<OrdersTables>
  readonly catalog: CatalogStandIn
  readonly providers: PaymentProviders
  readonly parts: RecordParts
  /** How refunds ended, in their order. */
  readonly refunded: readonly string[]
  /** What webhooks made of payments, in their order. */
  readonly applied: readonly string[]
  lines(): readonly LogLine[]
  /** Webhooks that are due, ten at once, as many processes would apply them. */
  applyDue(): Promise<void>
  send(method: string, path: string, more?: Sending): Promise<Answer>
  close(): Promise<void>
}

export type Sending = {
  /** `admin:` and an id, or a user's id; the first admin where it is left out. */
  readonly as?: string
  readonly key?: string
  readonly body?: unknown
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: z.infer<typeof bodySchema>
}

const bodySchema = z.looseObject({
  id: z.string().default(''),
  code: z.string().default(''),
  status: z.unknown(),
  amount_cents: z.number().default(0),
  refundable_cents: z.number().default(-1),
  errors: z.array(z.looseObject({})).default([]),
})

const firstAdmin = `admin:${randomUUID()}`

/** Who signs tokens is not the question. */
const nameIsToken: TokenVerifier = async (token) => {
  const admin = token.startsWith('admin~')
  const userId = admin ? token.slice(6) : token
  return { kind: 'user', userId, sessionId: randomUUID(), role: admin ? 'admin' : 'user', emailVerified: true }
}

export const seller = {
  name: 'Shop GmbH',
  address_lines: ['Hauptstr. 1', '10115 Berlin'],
  country: 'DE',
  tax_id: 'DE1',
}

export async function refundStage(): Promise<RefundStage> {
  const database = await testDatabase<OrdersTables>([ordersMigration, moneyMigration], { poolSize: 30 })
  const { kysely } = database
  const catalog = await catalogStandIn()
  const log = keptLog()
  const { logger } = log
  const now = () => new Date()
  const metrics = createPeerMetrics(createMetrics())
  const refunded: string[] = []
  const applied: string[] = []
  const parts: RecordParts & IssuingParts = {
    seller,
    logger,
    now,
    newId: () => uuidV7(now()),
    onRefunded: (provider, result) => void refunded.push(`${provider} ${result}`),
  }
  const peer = openPeer({ name: 'catalog', url: catalog.url, policy: peerPolicies.catalog, metrics, logger })
  const tokens = { authorizationFor: async () => 'Bearer x', refused: () => undefined, renew: async () => undefined }
  const way = { peer, tokens: { ...tokens, close: () => undefined }, audience: services.catalog.longName }
  const catalogCalls = catalogClient(way)

  const routes = createRoutes()
  const providers = await openProviders({
    settings: z.object(paymentSettings).parse({ SIMULATED_PROVIDER_DELAY_MILLISECONDS: '0' }),
    database: kysely,
    metrics,
    logger,
    now,
    async sendWebhook({ body, signature }) {
      const headers = { 'content-type': 'application/json', 'simulated-signature': signature }
      const answer = await app.request('/api/v1/webhooks/simulated', { method: 'POST', headers, body })
      return answer.status
    },
  })
  const providerOf = ({ provider: name }: { readonly provider: ProviderName | 'none' }) => {
    const provider = name === 'none' ? undefined : providers.get(name)
    if (provider === undefined) throw new Error(`no provider ${name}`)
    return provider
  }
  const taskParts = { ...parts, database: kysely, providerOf, catalog: catalogCalls }
  const tasks = runTasks({
    database: kysely,
    logger,
    onParked: () => undefined,
    handlers: {
      send_refund: sendRefundTask(taskParts),
      watch_refund: watchRefundTask(taskParts),
      return_units: returnUnitsTask(taskParts),
      return_stock: returnStockTask(catalogCalls),
      release_stock: releaseStockTask(catalogCalls),
      cancel_payment: async () => 'done',
      ask_payment: async () => 'done',
      cancel_order: async () => 'done',
      store_document: async () => 'done',
    },
  })
  const byProvider = applyProviderEvent({
    newId: parts.newId,
    onApplied: (payment, outcome) => void applied.push(`${payment.id} ${outcome}`),
    applyRefund: (transaction, event) => applyRefundFacts(transaction, parts, event),
    applyDispute: (transaction, event) => applyDispute(transaction, parts, event),
  })
  const webhookParts = {
    database: kysely,
    logger,
    apply: { simulated: byProvider, stripe: byProvider, paypal: byProvider, shipping: byProvider },
    onParked: () => undefined,
    wake: tasks.wake,
  }
  const webhooks = applyWebhooks(webhookParts)
  const guard = createGuard({ access: ordersAccess, verify: nameIsToken, sessions: sessionsOfTokens })
  const routeParts = {
    ...parts,
    database: kysely,
    guard,
    providers,
    cursors: createCursors('a secret of the tests'),
    metrics: { countWebhook: () => undefined },
    wakeTasks: tasks.wake,
    wakeWebhooks: webhooks.wake,
  }
  addRefundRoute(routes, routeParts)
  addReadRoutes(routes, routeParts)
  addCancelRoute(routes, routeParts)
  addShipmentRoutes(routes, { ...routeParts, carriers: openCarriers([]) })
  addWebhookRoutes(routes, routeParts)
  const { app } = testApp(routes)

  return {
    kysely,
    catalog,
    providers,
    parts,
    refunded,
    applied,
    lines: log.lines,
    async applyDue() {
      const applyAll = async (): Promise<void> => ((await applyNext(webhookParts)) ? applyAll() : undefined)
      await Promise.all(Array.from({ length: 10 }, applyAll))
    },
    async send(method, path, { as = firstAdmin, key = randomUUID(), body } = {}) {
      const headers = {
        authorization: `Bearer ${as.replace(':', '~')}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await app.request(path, { method, headers, ...sent })
      const text = await response.text()
      const parsed: unknown = text === '' ? {} : JSON.parse(text)
      return { status: response.status, headers: response.headers, body: bodySchema.parse(parsed) }
    },
    async close() {
      await tasks.close()
      await webhooks.close()
      await providers.close()
      peer.close()
      await catalog.close()
      const unplanned = catalog.unplanned.map(({ path }) => path)
      await requireValidEvents(kysely, 'orders').finally(() => database.drop())
      if (unplanned.length > 0) throw new Error(`the catalog was asked for ${unplanned.join(', ')}`)
    },
  }
}

/** The simulated provider's calls of one kind, by the key's beginning. */
export async function providerCalls(kysely: Kysely<OrdersTables>, operation: string, prefix: string): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    select count(*) as calls from simulated_calls
    where operation = ${operation} and starts_with(key, ${prefix})`.execute(kysely)
  return rows[0]?.calls ?? 0
}
