import { sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { OrdersTables } from '../schema.ts'
import { deliverArrived } from '../shipments/deliver-arrived.ts'
import { shipmentIdsOf } from '../shipments/shipment-store.ts'
import { bySystem, type LockedOrder, moveOrder } from '../status/move-order.ts'

type Refunded = { readonly order: LockedOrder; readonly refundId: string; readonly cause: EventCause }

/**
 * A refund leaves the order in its status, but for one that would stay in it for ever: part of it is on its way, and what
 * was left to ship is refunded for good. Then all that will be shipped is shipped, also where the order is on hold:
 * nothing more is sent by it.
 */
export async function shipRefundedRest(
  transaction: Transaction<OrdersTables>,
  { order, refundId, cause }: Refunded,
): Promise<void> {
  if (order.status !== 'processing' || !(await isRest(transaction, { orderId: order.id, refundId }))) return
  const origin = bySystem(cause)
  const to = 'shipped'
  await moveOrder(transaction, order, {
    action: 'ship_rest',
    to,
    reason: 'the units that were left are refunded',
    data: { shipment_ids: await shipmentIdsOf(transaction, order.id) },
    ...origin,
  })
  await deliverArrived(transaction, { ...order, status: to }, origin)
}

/** While another refund of such units is on its way they may come back: then it is that one that ends it. */
async function isRest(
  transaction: Transaction<OrdersTables>,
  { orderId, refundId }: { readonly orderId: string; readonly refundId: string },
): Promise<boolean> {
  const { rows } = await sql<{ rest: boolean }>`
    select coalesce(bool_and(shipped_quantity + refunded_quantity = quantity) and bool_or(shipped_quantity > 0), false)
      and exists (select from refund_items where refund_id = ${refundId} and unshipped_quantity > 0)
      and not exists (
        select from refunds r join refund_items l on l.refund_id = r.id
        where r.order_id = ${orderId} and r.status = 'pending' and l.unshipped_quantity > 0
      ) as rest
    from order_items where order_id = ${orderId}`.execute(transaction)
  return rows[0]?.rest === true
}
