import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { GivenOrder } from '../../testing/paid-order.ts'
import { keepWebhook } from '../../webhooks/webhook-store.ts'
import type { Answer, RefundStage } from './refund-stage.ts'

/** What the tests do at a stage, and what they look at afterwards. */
export function refundCalls(stage: RefundStage) {
  const { kysely } = stage
  return {
    refund: (order: Pick<GivenOrder, 'id'>, body: Record<string, unknown>): Promise<Answer> =>
      stage.send('POST', `/api/v1/orders/${order.id}/refunds`, { body: { reason: 'as agreed', ...body } }),

    units: ({ lines }: GivenOrder, quantity: number, more: Record<string, unknown> = {}) => ({
      lines: [{ order_item_id: lines[0]?.id, quantity, ...more }],
    }),

    /** What is left of it, or these units, in a parcel. */
    ship: ({ id }: Pick<GivenOrder, 'id'>, wish: Record<string, unknown> = {}): Promise<Answer> =>
      stage.send('POST', `/api/v1/orders/${id}/shipments`, {
        body: { carrier: 'dhl', tracking_number: randomUUID(), ...wish },
      }),

    cancel: ({ id }: Pick<GivenOrder, 'id'>): Promise<Answer> =>
      stage.send('POST', `/api/v1/orders/${id}/cancel`, { body: {} }),

    /** The status of the latest refund. */
    async lastStatus(orderId: string): Promise<string | undefined> {
      const { rows } = await sql<{ status: string }>`
        select status from refunds where order_id = ${orderId} order by id desc limit 1`.execute(kysely)
      return rows[0]?.status
    },

    async eventsOf(orderId: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
      const { rows } = await sql<{ type: string; data: Record<string, unknown> }>`
        select type, envelope -> 'data' as data from outbox_events where subject = ${orderId}::uuid
        order by seq`.execute(kysely)
      return rows
    },

    async creditNotesOf(orderId: string): Promise<{ number: number; total: number; lines: number; tax: number }[]> {
      const { rows } = await sql<{ number: number; total: number; lines: number; tax: number }>`
        select number, (snapshot -> 'total_cents')::bigint as total, (snapshot -> 'tax_cents')::bigint as tax,
          jsonb_array_length(snapshot -> 'lines') as lines
        from invoices where order_id = ${orderId} and refund_id is not null order by number`.execute(kysely)
      return rows
    },

    async orderRow(orderId: string) {
      const { rows } = await sql<{ status: string; payment_status: string; on_hold: string | null; version: number }>`
        select status, payment_status, on_hold_reason as on_hold, version from orders where id = ${orderId}`.execute(
        kysely,
      )
      return rows[0]
    },

    /** As if it had come over HTTP: kept, and applied by the stage's worker. */
    async tell(facts: Record<string, unknown>): Promise<string> {
      const eventId = `evt_${randomUUID()}`
      const common = { id: eventId, provider: 'simulated', type: 'test', occurredAt: new Date().toISOString() }
      await keepWebhook(kysely, {
        provider: 'simulated',
        eventId,
        facts: { ...common, ...facts },
        state: 'received',
        cause: { requestId: 'test-webhook' },
      })
      return eventId
    },

    async webhook(eventId: string) {
      const { rows } = await sql<{ state: string; attempts: number; last_error: string | null }>`
        select state, attempts, last_error from webhook_events where event_id = ${eventId}`.execute(kysely)
      return rows[0]
    },
  }
}
