import { type Kysely, sql, type Transaction } from 'kysely'
import type { Order } from '../order-contract.ts'
import type { OrdersTables } from '../schema.ts'
import { trackingUrl } from '../shipments/carriers/tracking-url.ts'

export type Reader = Kysely<OrdersTables> | Transaction<OrdersTables>

export const summaryColumns = [
  'id',
  'user_id',
  'status',
  'payment_status',
  'on_hold_reason as on_hold',
  'currency',
  'subtotal_cents',
  'tax_cents',
  'shipping_cents',
  'total_cents',
  'version',
  'created_at',
  'updated_at',
] as const

const historyAtMost = 20

/** Six statements, however large the order is. */
export async function findOrder(database: Reader, id: string): Promise<Order | undefined> {
  const order = await database
    .selectFrom('orders')
    .select([...summaryColumns, 'shipping_address', 'billing_address'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (order === undefined) return undefined
  const items = await itemsOf(database, id)
  const payments = await paymentsOf(database, id)
  const refunds = await refundsOf(database, { orderId: id })
  const shipments = await shipmentsOf(database, id)
  const history = await database
    .selectFrom('order_status_history')
    .select(changeColumns)
    .where('order_id', '=', id)
    .orderBy('id', 'desc')
    .limit(historyAtMost)
    .execute()
  return { ...withTimes(order), items, payments, refunds, shipments, history: history.map(shownChange) }
}

export const changeColumns = [
  'from_status as from',
  'to_status as to',
  'actor_role as actor',
  'reason',
  'created_at',
] as const

type ChangeRow = Omit<Order['history'][number], 'at'> & { readonly created_at: Date }

export function shownChange({ from, to, actor, reason, created_at }: ChangeRow): Order['history'][number] {
  return { from, to, actor, reason, at: created_at.toISOString() }
}

async function itemsOf(database: Reader, orderId: string): Promise<Order['items']> {
  return database
    .selectFrom('order_items')
    .select([
      'id',
      'product_id',
      'sku',
      'name',
      'unit_price_cents',
      'quantity',
      'total_cents',
      'tax_basis_points',
      'tax_cents',
      'shipped_quantity',
      'refunded_quantity',
      'returned_quantity',
    ])
    .where('order_id', '=', orderId)
    .orderBy('position')
    .execute()
}

async function paymentsOf(database: Reader, orderId: string): Promise<Order['payments']> {
  const rows = await database
    .selectFrom('payments')
    .select([
      'id',
      'attempt',
      'provider',
      'status',
      'amount_cents',
      'currency',
      'captured_cents',
      'refunded_cents',
      'reason',
      'action',
      'created_at',
    ])
    .where('order_id', '=', orderId)
    .orderBy('attempt')
    .execute()
  return rows.map(({ created_at, ...row }) => ({ ...row, created_at: created_at.toISOString() }))
}

export type RefundsWanted = {
  readonly orderId: string
  readonly refundId?: string
  readonly afterId?: string | undefined
  readonly limit?: number
}

/** Oldest first. */
export async function refundsOf(
  database: Reader,
  { orderId, refundId, afterId, limit = 1_000 }: RefundsWanted,
): Promise<Order['refunds']> {
  const rows = await database
    .selectFrom('refunds as r')
    .select([
      'id',
      'payment_id',
      'amount_cents',
      'shipping_cents',
      'currency',
      'status',
      'reason',
      'failure',
      'created_at',
      'ended_at',
      sql<Order['refunds'][number]['lines']>`(
        select coalesce(jsonb_agg(jsonb_build_object('order_item_id', order_item_id, 'quantity',
          unshipped_quantity + shipped_quantity, 'amount_cents', amount_cents, 'restock', restock)
          order by order_item_id), '[]')
        from refund_items where refund_id = r.id)`.as('lines'),
    ])
    .where('order_id', '=', orderId)
    .$if(refundId !== undefined, (query) => query.where('id', '=', refundId ?? ''))
    .$if(afterId !== undefined, (query) => query.where('id', '>', afterId ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ created_at, ended_at, ...row }) => ({
    ...row,
    created_at: created_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
  }))
}

export async function shipmentsOf(database: Reader, orderId: string, shipmentId?: string): Promise<Order['shipments']> {
  const rows = await database
    .selectFrom('shipments as s')
    .select([
      'id',
      'carrier',
      'tracking_number',
      'status',
      'shipped_at',
      'delivered_at',
      sql<Order['shipments'][number]['lines']>`(
        select coalesce(jsonb_agg(jsonb_build_object('order_item_id', order_item_id, 'quantity', quantity)
          order by order_item_id), '[]')
        from shipment_items where shipment_id = s.id)`.as('lines'),
    ])
    .where('order_id', '=', orderId)
    .$if(shipmentId !== undefined, (query) => query.where('id', '=', shipmentId ?? ''))
    .orderBy('id')
    .execute()
  return rows.map(({ shipped_at, delivered_at, ...row }) => ({
    ...row,
    tracking_url: trackingUrl(row.carrier, row.tracking_number),
    shipped_at: shipped_at.toISOString(),
    delivered_at: delivered_at?.toISOString() ?? null,
  }))
}

export function withTimes<Row extends { created_at: Date; updated_at: Date }>(row: Row) {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() }
}
