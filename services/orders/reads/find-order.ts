import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
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

type OrderRow = Omit<Order, 'created_at' | 'updated_at' | 'refunds' | 'shipments' | 'history' | 'payments'> & {
  readonly created_at: Date
  readonly updated_at: Date
  readonly payments: readonly PaymentRow[]
  readonly refunds: readonly RefundRow[]
  readonly shipments: readonly ShipmentRow[]
  readonly history: readonly ChangeRow[]
}

/** One statement, however large the order is, and without a builder: nothing is asked for more often. */
export async function findOrder(database: Reader, id: string): Promise<Order | undefined> {
  const { rows } = await sql<OrderRow>`
    select id, user_id, status, payment_status, on_hold_reason as on_hold, currency, subtotal_cents, tax_cents,
      shipping_cents, total_cents, version, created_at, updated_at, shipping_address, billing_address,
      ${listOf(sql`
        select id, product_id, sku, name, unit_price_cents, quantity, total_cents, tax_basis_points, tax_cents,
          shipped_quantity, refunded_quantity, returned_quantity
        from order_items where order_id = o.id order by position`)} as items,
      ${listOf(sql`
        select id, attempt, provider, status, amount_cents, currency, captured_cents, refunded_cents, reason, action,
          created_at
        from payments where order_id = o.id order by attempt`)} as payments,
      ${listOf(sql`select ${refundColumns} from refunds r where order_id = o.id order by id limit ${refundsAtMost}`)}
        as refunds,
      ${listOf(sql`select ${shipmentColumns} from shipments s where order_id = o.id order by id`)} as shipments,
      ${listOf(sql`
        select from_status as from, to_status as to, actor_role as actor, reason, created_at
        from order_status_history where order_id = o.id order by order_status_history.id desc limit ${historyAtMost}`)}
        as history
    from orders o where id = ${id}`.execute(database)
  const [order] = rows
  if (order === undefined) return undefined
  return {
    ...withTimes(order),
    payments: order.payments.map((row) => ({ ...row, created_at: timeText(row.created_at) })),
    refunds: order.refunds.map(shownRefund),
    shipments: order.shipments.map(shownShipment),
    history: order.history.map(shownChange),
  }
}

const listOf = (rows: RawBuilder<unknown>) => sql`(select coalesce(json_agg(each), '[]') from (${rows}) each)`

/** As PostgreSQL writes it into JSON, or as pg reads it. */
type Time = Date | string
const timeText = (time: Time): string => new Date(time).toISOString()

type PaymentRow = Omit<Order['payments'][number], 'created_at'> & { readonly created_at: Time }

export const changeColumns = [
  'from_status as from',
  'to_status as to',
  'actor_role as actor',
  'reason',
  'created_at',
] as const

type ChangeRow = Omit<Order['history'][number], 'at'> & { readonly created_at: Time }

export function shownChange({ from, to, actor, reason, created_at }: ChangeRow): Order['history'][number] {
  return { from, to, actor, reason, at: timeText(created_at) }
}

export type RefundsWanted = {
  readonly orderId: string
  readonly refundId?: string
  readonly afterId?: string | undefined
  readonly limit?: number
}

const refundsAtMost = 1_000

const refundColumns = sql`id, payment_id, amount_cents, shipping_cents, currency, status, reason, failure, created_at,
  ended_at, (
    select coalesce(json_agg(json_build_object('order_item_id', order_item_id, 'quantity',
      unshipped_quantity + shipped_quantity, 'amount_cents', amount_cents, 'restock', restock)
      order by order_item_id), '[]')
    from refund_items where refund_id = r.id) as lines`

type RefundRow = Omit<Order['refunds'][number], 'created_at' | 'ended_at'> & {
  readonly created_at: Time
  readonly ended_at: Time | null
}

const shownRefund = ({ created_at, ended_at, ...row }: RefundRow): Order['refunds'][number] => ({
  ...row,
  created_at: timeText(created_at),
  ended_at: ended_at === null ? null : timeText(ended_at),
})

/** Oldest first. */
export async function refundsOf(
  database: Reader,
  { orderId, refundId, afterId, limit = refundsAtMost }: RefundsWanted,
): Promise<Order['refunds']> {
  const one = refundId === undefined ? sql`` : sql`and id = ${refundId}`
  const later = afterId === undefined ? sql`` : sql`and id > ${afterId}`
  const { rows } = await sql<RefundRow>`
    select ${refundColumns} from refunds r where order_id = ${orderId} ${one} ${later}
    order by id limit ${limit}`.execute(database)
  return rows.map(shownRefund)
}

const shipmentColumns = sql`id, carrier, tracking_number, status, shipped_at, delivered_at, (
    select coalesce(json_agg(json_build_object('order_item_id', order_item_id, 'quantity', quantity)
      order by order_item_id), '[]')
    from shipment_items where shipment_id = s.id) as lines`

type ShipmentRow = Omit<Order['shipments'][number], 'tracking_url' | 'shipped_at' | 'delivered_at'> & {
  readonly shipped_at: Time
  readonly delivered_at: Time | null
}

const shownShipment = ({ shipped_at, delivered_at, ...row }: ShipmentRow): Order['shipments'][number] => ({
  ...row,
  tracking_url: trackingUrl(row.carrier, row.tracking_number),
  shipped_at: timeText(shipped_at),
  delivered_at: delivered_at === null ? null : timeText(delivered_at),
})

export async function shipmentsOf(database: Reader, orderId: string, shipmentId?: string): Promise<Order['shipments']> {
  const one = shipmentId === undefined ? sql`` : sql`and id = ${shipmentId}`
  const { rows } = await sql<ShipmentRow>`
    select ${shipmentColumns} from shipments s where order_id = ${orderId} ${one} order by id`.execute(database)
  return rows.map(shownShipment)
}

export function withTimes<Row extends { created_at: Date; updated_at: Date }>(row: Row) {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() }
}
