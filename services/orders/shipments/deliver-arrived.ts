import { sql, type Transaction } from 'kysely'
import type { OrdersTables } from '../schema.ts'
import { type LockedOrder, moveOrder, type Origin } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'

/** Delivered, where it is shipped, nothing holds it and all its parcels have arrived. The caller holds the order's row. */
export async function deliverArrived(
  transaction: Transaction<OrdersTables>,
  order: LockedOrder,
  origin: Origin,
): Promise<boolean> {
  if (cellOf('deliver', order.status) !== 'delivered' || order.onHoldReason !== null) return false
  const { rows } = await sql<{ arrived: boolean }>`
    select bool_and(status = 'delivered') as arrived from shipments where order_id = ${order.id}`.execute(transaction)
  if (rows[0]?.arrived !== true) return false
  await moveOrder(transaction, order, {
    action: 'deliver',
    to: 'delivered',
    reason: 'all shipments have arrived',
    ...origin,
  })
  return true
}
