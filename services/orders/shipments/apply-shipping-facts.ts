import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { OrdersTables } from '../schema.ts'
import { bySystem, lockOwnOrder, touchOrder } from '../status/move-order.ts'
import type { ApplyWebhook } from '../webhooks/apply-webhooks.ts'
import { deliverArrived } from './deliver-arrived.ts'
import { statusesBefore, toldStatuses } from './shipment-status.ts'

/** What a carrier has told of a parcel, as it is kept. */
export const shippingFacts = z.object({
  carrier: z.string(),
  trackingNumber: z.string(),
  status: z.enum(toldStatuses),
  occurredAt: z.coerce.date(),
})
export type ShippingFacts = z.output<typeof shippingFacts>

/** The parcel goes on; told again, or late, nothing happens. With the last one that arrives the order is delivered. */
export const applyShippingFacts: ApplyWebhook = async (transaction, { facts, cause }) => {
  const told = shippingFacts.parse(facts)
  const shipment = await transaction
    .selectFrom('shipments')
    .select(['id', 'order_id as orderId'])
    .where('carrier', '=', told.carrier)
    .where('tracking_number', '=', told.trackingNumber)
    .executeTakeFirst()
  // It may be on its way into the table.
  if (shipment === undefined) return { later: 'no such tracking number' }
  const order = await lockOwnOrder(transaction, { id: shipment.orderId })
  if (!(await advance(transaction, shipment.id, told))) return 'applied'
  const delivered = await deliverArrived(transaction, order, bySystem(cause))
  if (!delivered) await touchOrder(transaction, order.id)
  return 'applied'
}

/** False where the parcel is as far already. A carrier's clock may be wrong: nothing arrives before it is sent, or later than now. */
async function advance(
  transaction: Transaction<OrdersTables>,
  id: string,
  { status, occurredAt }: ShippingFacts,
): Promise<boolean> {
  const arrivedAt = status === 'delivered' ? sql`greatest(shipped_at, least(${occurredAt}::timestamptz, now()))` : null
  const { numAffectedRows } = await sql`
    update shipments set status = ${status}, delivered_at = ${arrivedAt}, updated_at = now()
    where id = ${id} and status = any(${statusesBefore(status)})`.execute(transaction)
  return numAffectedRows === 1n
}
