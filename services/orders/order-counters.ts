import { sql, type Transaction } from 'kysely'
import type { Consumer } from '../kit/consumers/consumer.ts'
import { shopEvents } from '../kit/consumers/shop-events.ts'
import type { OrderMetrics } from './order-metrics.ts'
import type { OrdersTables } from './schema.ts'
import type { OrderStatus } from './status/transitions.ts'

/** Counts what has happened to orders where its event is handled: once, however many processes there are. */
export function orderCounters(metrics: OrderMetrics): Consumer<OrdersTables> {
  const count = (transaction: Transaction<OrdersTables>, event: { readonly subject: string }, to: OrderStatus) =>
    countMove(transaction, { metrics, orderId: event.subject, to })
  return {
    name: 'orders-counters',
    from: 'now',
    events: shopEvents<OrdersTables>({
      'order.placed.v1': (transaction, event) => count(transaction, event, 'pending'),
      'order.reopened.v1': (transaction, event) => count(transaction, event, 'draft'),
      'order.paid.v1': (transaction, event) => count(transaction, event, 'paid'),
      'order.processing.v1': (transaction, event) => count(transaction, event, 'processing'),
      'order.shipped.v1': (transaction, event) => count(transaction, event, 'shipped'),
      'order.delivered.v1': (transaction, event) => count(transaction, event, 'delivered'),
      'order.cancelled.v1': (transaction, event) => count(transaction, event, 'cancelled'),
      'order.expired.v1': (transaction, event) => count(transaction, event, 'expired'),
    }),
  }
}

type Counting = { readonly metrics: OrderMetrics; readonly orderId: string; readonly to: OrderStatus }

async function countMove(transaction: Transaction<OrdersTables>, { metrics, orderId, to }: Counting): Promise<void> {
  const { rows } = await sql<{ from: OrderStatus | null; seconds: number | null }>`
    select h.from_status as from, extract(epoch from o.shipped_at - o.paid_at)::double precision as seconds
    from order_status_history h join orders o on o.id = h.order_id
    where h.order_id = ${orderId} and h.to_status = ${to}
    order by h.id desc limit 1`.execute(transaction)
  for (const { from, seconds } of rows) {
    if (from !== null) metrics.countMove(from, to)
    if (to === 'shipped' && seconds !== null) metrics.observeFulfilment(seconds)
  }
}
