import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { EventCause } from '../../kit/events.ts'
import type { Catalog } from '../catalog-client.ts'
import type { OrdersTables } from '../schema.ts'
import type { LockedOrder } from '../status/move-order.ts'
import type { TaskHandler } from '../tasks/run-tasks.ts'
import { callerOf } from '../tasks/stock-tasks.ts'
import { addTask } from '../tasks/task-store.ts'

type Units = { readonly product_id: string; readonly quantity: number }

type Refunded = { readonly order: LockedOrder; readonly refundId: string; readonly cause: EventCause }

/** The units of a refund that has succeeded go on sale again, where it said so. A cancelled order has returned them all. */
export async function returnRefundedLater(
  transaction: Transaction<OrdersTables>,
  { order, refundId, cause }: Refunded,
): Promise<void> {
  if (order.status === 'cancelled') return
  const { rows: lines } = await sql<Units>`
    select i.product_id, l.unshipped_quantity + l.shipped_quantity as quantity
    from refund_items l join order_items i on i.id = l.order_item_id
    where l.refund_id = ${refundId} and l.restock order by i.product_id`.execute(transaction)
  await addReturn(transaction, { order, key: `refund:${refundId}`, lines, cause })
}

/**
 * What a refund has kept off sale goes on sale again where it fails after its order was cancelled: the cancel has left
 * it out, and nobody can refund or ship it any more. What the refund would have put on sale, it or the cancel has.
 */
export async function returnKeptLater(
  transaction: Transaction<OrdersTables>,
  { order, refundId, cause }: Refunded,
): Promise<void> {
  if (order.status !== 'cancelled') return
  const { rows: lines } = await sql<Units>`
    select i.product_id, l.unshipped_quantity + l.shipped_quantity as quantity
    from refund_items l join order_items i on i.id = l.order_item_id
    where l.refund_id = ${refundId} and not l.restock order by i.product_id`.execute(transaction)
  await addReturn(transaction, { order, key: `failed:${refundId}`, lines, cause })
}

type Part = Omit<Refunded, 'refundId'> & { readonly key: string; readonly lines: readonly Units[] }

/** The same key again is the same part. */
async function addReturn(
  transaction: Transaction<OrdersTables>,
  { order: { id: orderId, reference }, key, lines, cause }: Part,
): Promise<void> {
  if (reference === null || lines.length === 0) return
  const data = { reference, key, lines }
  await addTask(transaction, { kind: 'return_units', key: `return:${key}`, orderId, data, cause })
}

/**
 * The units of an order that was paid and is cancelled go on sale again: the rest of them, as the catalog knows what has
 * come back. Only what a refund has kept off sale stays so, and then each product's units are named.
 */
export async function returnStockLater(
  transaction: Transaction<OrdersTables>,
  { order, cause }: Omit<Refunded, 'refundId'>,
): Promise<void> {
  const { id: orderId, reference } = order
  if (reference === null) return
  const { rows } = await sql<Units & { readonly kept: number }>`
    select i.product_id, i.quantity - coalesce(gone.units, 0) as quantity, coalesce(gone.kept, 0) as kept
    from order_items i left join lateral (
      select sum(l.unshipped_quantity + l.shipped_quantity)::integer as units,
        count(*) filter (where not l.restock) as kept
      from refund_items l join refunds r on r.id = l.refund_id
      -- What a pending refund would put on sale comes back now: when it succeeds, the order is cancelled.
      where l.order_item_id = i.id and (case when l.restock then r.status = 'succeeded' else r.status <> 'failed' end)
    ) gone on true
    where i.order_id = ${orderId} order by i.product_id`.execute(transaction)
  const keepsSome = rows.some(({ kept }) => kept > 0)
  if (!keepsSome) {
    const data = { reference }
    return addTask(transaction, { kind: 'return_stock', key: `return:${reference}`, orderId, data, cause })
  }
  const lines = rows.flatMap(({ product_id, quantity }) => (quantity > 0 ? [{ product_id, quantity }] : []))
  if (lines.length === 0) return
  const data = { reference, key: 'cancel', lines }
  await addTask(transaction, { kind: 'return_units', key: `return:${reference}`, orderId, data, cause })
}

const unitsData = z.object({
  reference: z.string(),
  key: z.string(),
  lines: z.array(z.object({ product_id: z.uuid(), quantity: z.int() })),
})

/** Once for its key, whatever is repeated. */
export function returnUnitsTask({ catalog }: { readonly catalog: Catalog }): TaskHandler {
  return async (task, signal) => {
    const { reference, key, lines } = unitsData.parse(task.data)
    const part = { key, lines: lines.map(({ product_id: productId, quantity }) => ({ productId, quantity })) }
    const outcome = await catalog.returnUnits(reference, part, callerOf(task, signal))
    return outcome.kind === 'returned' ? 'done' : { park: `the catalog does not take it back: ${outcome.code}` }
  }
}
