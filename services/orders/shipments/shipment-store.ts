import { sql, type Transaction } from 'kysely'
import type { Reader } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import type { LineUnits, ShipmentPlan } from './plan-shipment.ts'

/** In their order. Who writes by it holds the order's row. */
export async function readUnits(database: Reader, orderId: string): Promise<LineUnits[]> {
  return database
    .selectFrom('order_items as i')
    .select([
      'i.id',
      'i.quantity',
      'i.shipped_quantity as shippedQuantity',
      'i.refunded_quantity as refundedQuantity',
      sql<boolean>`exists (
        select from refunds r join refund_items l on l.refund_id = r.id and l.order_item_id = i.id
        where r.order_id = i.order_id and r.status = 'pending' and l.unshipped_quantity > 0)`.as('mayComeBack'),
    ])
    .where('i.order_id', '=', orderId)
    .orderBy('i.position')
    .execute()
}

export async function shipmentIdsOf(transaction: Transaction<OrdersTables>, orderId: string): Promise<string[]> {
  const rows = await transaction
    .selectFrom('shipments')
    .select('id')
    .where('order_id', '=', orderId)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

export type ShipmentRow = {
  readonly id: string
  readonly orderId: string
  readonly carrier: string
  readonly trackingNumber: string
  readonly lines: ShipmentPlan['lines']
}

/** The parcel, what is in it, and both counted on the order's lines. */
export async function insertShipment(
  transaction: Transaction<OrdersTables>,
  { id, orderId, carrier, trackingNumber, lines }: ShipmentRow,
): Promise<void> {
  await transaction
    .insertInto('shipments')
    .values({ id, order_id: orderId, carrier, tracking_number: trackingNumber })
    .execute()
  const itemIds = lines.map(({ itemId }) => itemId)
  const quantities = lines.map(({ quantity }) => quantity)
  await sql`
    with sent as (
      select id, quantity from unnest(${itemIds}::uuid[], ${quantities}::integer[]) as sent (id, quantity)
    ), packed as (
      insert into shipment_items (shipment_id, order_item_id, quantity) select ${id}::uuid, id, quantity from sent
    )
    update order_items i set shipped_quantity = i.shipped_quantity + sent.quantity
    from sent where i.id = sent.id and i.order_id = ${orderId}`.execute(transaction)
}
