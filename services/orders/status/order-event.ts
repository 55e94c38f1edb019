import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import { appendedEvent } from '../../kit/outbox/outbox.ts'
import { services } from '../../registry.ts'
import type { OrdersTables } from '../schema.ts'
import type { OrderStatus } from './transitions.ts'

export const eventOfStatus = {
  draft: 'order.reopened.v1',
  pending: 'order.placed.v1',
  paid: 'order.paid.v1',
  processing: 'order.processing.v1',
  shipped: 'order.shipped.v1',
  delivered: 'order.delivered.v1',
  cancelled: 'order.cancelled.v1',
  expired: 'order.expired.v1',
} as const satisfies Record<OrderStatus, string>

type OrderEventType = (typeof eventOfStatus)[OrderStatus] | 'order.refunded.v1'

const source = services.orders.longName

/** What every event of an order tells of it, from its row under the name `told`. */
const orderFacts = sql`jsonb_build_object(
  'user_id', told.user_id, 'status', told.status, 'currency', told.currency, 'total_cents', told.total_cents,
  'lines', (
    select coalesce(jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by position), '[]')
    from order_items where order_id = told.id))`

export type OrderEvent = {
  readonly type: OrderEventType
  /** Beside the order itself: ids, numbers and states. */
  readonly data: Readonly<Record<string, unknown>>
}

/** As an expression over a row of `orders` that is called `told`. */
export function orderEvent({ type, data }: OrderEvent, cause: EventCause): RawBuilder<string> {
  const all = sql`${orderFacts} || ${JSON.stringify(data)}::jsonb`
  return appendedEvent(source, { type, subject: sql`told.id`, data: all }, cause)
}

/** For what happens to an order without a change of its status. */
export async function appendOrderEvent(
  transaction: Transaction<OrdersTables>,
  { orderId, cause, ...event }: OrderEvent & { readonly orderId: string; readonly cause: EventCause },
): Promise<void> {
  await sql`select ${orderEvent(event, cause)} from orders told where told.id = ${orderId}`.execute(transaction)
}

/** `invoice.issued.v1`, of the order as its subject: as an expression over a row of `invoices` that is called `issued`. */
export function invoiceEvent(cause: EventCause): RawBuilder<string> {
  const event = {
    type: 'invoice.issued.v1',
    subject: sql`issued.order_id`,
    data: sql`jsonb_build_object('invoice_id', issued.id, 'series', issued.series, 'number', issued.number,
      'order_id', issued.order_id)`,
  } as const
  return appendedEvent(source, event, cause)
}
