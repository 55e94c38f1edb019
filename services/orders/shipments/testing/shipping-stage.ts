import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { createGuard } from '../../../kit/guard.ts'
import { createRoutes } from '../../../kit/routes.ts'
import { sessionsOfTokens } from '../../../kit/testing/sessions-of-tokens.ts'
import { keptLog, testApp } from '../../../kit/testing/test-app.ts'
import { testDatabase } from '../../../kit/testing/test-database.ts'
import { requireValidEvents } from '../../../kit/testing/written-events.ts'
import { ordersAccess } from '../../access.ts'
import { ordersMigration } from '../../migrations/0001-orders.ts'
import { moneyMigration } from '../../migrations/0002-money.ts'
import { signedHeader } from '../../payments/signed-payload.ts'
import type { OrdersTables } from '../../schema.ts'
import { addStatusRoute } from '../../status/status-route.ts'
import type { OrderStatus } from '../../status/transitions.ts'
import { applyNext } from '../../webhooks/apply-webhooks.ts'
import { applyShippingFacts } from '../apply-shipping-facts.ts'
import type { Carriers } from '../carriers/carrier.ts'
import { openCarriers } from '../carriers/open-carriers.ts'
import { addShipmentRoutes } from '../shipment-routes.ts'
import { addShippingWebhook, shippingSignatureHeader, shippingWebhookPath } from '../shipping-webhook.ts'

export const secret = 'the first secret of a carrier in the tests'
export const secondSecret = 'the second secret of a carrier in the tests'

/** Of the service's clock, which stands still. */
export const stageTime = new Date('2026-11-22T13:37:00Z')
export const secondsFromStageTime = (seconds: number) => new Date(stageTime.getTime() + seconds * 1_000)

export type Told = {
  readonly id?: string
  readonly carrier?: string
  readonly tracking_number: string
  readonly status: string
  readonly occurred_at?: string
}

export type Delivery = {
  readonly secret?: string
  readonly signedAt?: Date
  /** Sent in its place, under the signature of what was told. */
  readonly body?: string
  readonly header?: string | null
}

export type ShippingStage = Awaited<ReturnType<typeof shippingStage>>

/** The operations of shipping on a database of their own, and a carrier that tells. */
export async function shippingStage({ carriers = openCarriers(['simulated']) }: { readonly carriers?: Carriers } = {}) {
  const database = await testDatabase<OrdersTables>([ordersMigration, moneyMigration])
  const adminId = randomUUID()
  const guard = createGuard({
    access: ordersAccess,
    sessions: sessionsOfTokens,
    verify: async (token) => {
      const role = token === 'admin' ? 'admin' : 'user'
      return { kind: 'user', userId: adminId, sessionId: adminId, role, emailVerified: true }
    },
  })
  const routes = createRoutes()
  const shared = { database: database.kysely, guard, carriers, newId: randomUUID, now: () => stageTime }
  addShipmentRoutes(routes, shared)
  addStatusRoute(routes, shared)
  addShippingWebhook(routes, {
    ...shared,
    metrics: { countWebhook: () => undefined },
    shippingSecrets: [secret, secondSecret],
    // What is due is worked off by settle().
    wakeWebhooks: () => undefined,
  })
  const { app, lines } = testApp(routes, { bodyLimits: { '/api/v1/webhooks': 512 * 1024 } })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer admin' }

  return {
    database: database.kysely,
    adminId,
    lines,
    async ship(orderId: string, body: unknown, key: string = randomUUID()): Promise<Response> {
      const path = `/api/v1/orders/${orderId}/shipments`
      const keyed = { ...headers, 'idempotency-key': key, 'x-request-id': 'r-ship' }
      return app.request(path, { method: 'POST', headers: keyed, body: JSON.stringify(body) })
    },
    async setStatus(orderId: string, body: unknown, ifMatch: string | null = '*'): Promise<Response> {
      const path = `/api/v1/orders/${orderId}/status`
      const matched = { ...headers, 'x-request-id': 'r-status', ...(ifMatch === null ? {} : { 'if-match': ifMatch }) }
      return app.request(path, { method: 'PUT', headers: matched, body: JSON.stringify(body) })
    },
    /** What the carrier says, signed. */
    async tell(told: Told, delivery: Delivery = {}): Promise<Response> {
      const full = { id: randomUUID(), carrier: 'dhl', occurred_at: new Date().toISOString(), ...told }
      const raw = JSON.stringify(full)
      const signed = { raw: Buffer.from(raw), secret: delivery.secret ?? secret, now: delivery.signedAt ?? stageTime }
      const header = delivery.header === undefined ? signedHeader(signed) : delivery.header
      const sent = header === null ? {} : { [shippingSignatureHeader]: header }
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...sent } }
      return app.request(shippingWebhookPath, { ...init, body: delivery.body ?? raw })
    },
    request: async (path: string, init: RequestInit) => app.request(path, init),
    /** Applies what is due, as the service's worker does. */
    async settle(): Promise<void> {
      const apply = async () => 'applied' as const
      const parts = {
        database: database.kysely,
        logger: keptLog().logger,
        apply: { simulated: apply, stripe: apply, paypal: apply, shipping: applyShippingFacts },
        onParked: () => undefined,
        wake: () => undefined,
      }
      while (await applyNext(parts));
    },
    facts: (orderId: string) => factsOf(database.kysely, orderId),
    async close(): Promise<void> {
      await requireValidEvents(database.kysely, 'orders')
      await database.drop()
    },
  }
}

const factsSchema = z.object({
  status: z.string(),
  version: z.int(),
  on_hold: z.string().nullable(),
  shipped: z.array(z.int()),
  shipments: z.array(z.object({ status: z.string(), delivered: z.boolean() })),
  changes: z.array(
    z.object({
      from: z.string().nullable(),
      to: z.string(),
      actor: z.string(),
      reason: z.string(),
      request: z.string(),
    }),
  ),
  audit: z.array(
    z.object({ actor: z.string(), action: z.string(), before: z.unknown(), after: z.unknown(), request: z.string() }),
  ),
  events: z.array(z.object({ type: z.string(), data: z.looseObject({}) })),
})
export type OrderFacts = z.output<typeof factsSchema>

/** All that the tables say of an order. */
async function factsOf(database: Kysely<OrdersTables>, orderId: string): Promise<OrderFacts> {
  const { rows } = await sql`
    select o.status, o.version, o.on_hold_reason as on_hold,
      (select coalesce(jsonb_agg(shipped_quantity order by position), '[]') from order_items where order_id = o.id)
        as shipped,
      (select coalesce(jsonb_agg(jsonb_build_object('status', s.status, 'delivered', delivered_at is not null)
        order by s.created_at, s.id), '[]') from shipments s where order_id = o.id) as shipments,
      (select coalesce(jsonb_agg(jsonb_build_object('from', from_status, 'to', to_status, 'actor', actor_role,
        'reason', reason, 'request', request_id) order by id), '[]')
        from order_status_history where order_id = o.id) as changes,
      (select coalesce(jsonb_agg(jsonb_build_object('actor', actor, 'action', action, 'before', before, 'after', after,
        'request', request_id) order by id), '[]') from audit_logs where order_id = o.id) as audit,
      (select coalesce(jsonb_agg(jsonb_build_object('type', type, 'data', envelope->'data') order by aggregate_version),
        '[]') from outbox_events where subject = o.id) as events
    from orders o where o.id = ${orderId}`.execute(database)
  return factsSchema.parse(rows[0])
}

export const changesOf = ({ changes }: OrderFacts): readonly (readonly [OrderStatus | string | null, string])[] =>
  changes.map(({ from, to }) => [from, to])
