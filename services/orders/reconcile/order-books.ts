import { type Kysely, sql } from 'kysely'
import { type PaymentRow, paymentColumns } from '../pay/payment-store.ts'
import type { RefundRow } from '../refunds/refund-store.ts'
import { refundColumns } from '../refunds/refund-store.ts'
import type { OrdersTables } from '../schema.ts'
import type { OrderStatus, PaymentStatus } from '../status/transitions.ts'

type OrderRow = {
  readonly id: string
  readonly status: OrderStatus
  readonly paymentStatus: PaymentStatus
  readonly totalCents: number
  readonly currency: string
  readonly reference: string | null
  readonly isOnHold: boolean
  readonly wasPaid: boolean
  readonly version: number
  /** To the microsecond, with its offset. */
  readonly changedAt: string
}

export type BookLine = {
  readonly orderId: string
  readonly productId: string
  readonly quantity: number
  /** Units that succeeded refunds have put on sale again. */
  readonly restocked: number
  /** Units that refunds have kept off sale. */
  readonly keptOff: number
}

/** What is still to be done for an order outside of its tables, or cannot be done. */
export type OpenWork = {
  readonly orderId: string
  readonly kind: string
  readonly isParked: boolean
  readonly openMinutes: number
}

/** All that the tables have of an order's money and stock. */
export type OrderBook = OrderRow & {
  readonly lines: readonly BookLine[]
  readonly payments: readonly PaymentRow[]
  readonly refunds: readonly RefundRow[]
  readonly work: readonly OpenWork[]
}

export type BooksWanted = {
  readonly from: Date | undefined
  readonly to: Date | undefined
  readonly after: readonly [changedAt: string, id: string] | undefined
  readonly limit: number
}

/** By the time of their last change, five statements for all of them. What changes meanwhile has another version. */
export async function readBooks(database: Kysely<OrdersTables>, wanted: BooksWanted): Promise<OrderBook[]> {
  const orders = await readOrders(database, wanted)
  if (orders.length === 0) return []
  const ids = orders.map(({ id }) => id)
  const lines = byOrder(await readLines(database, ids))
  const payments = byOrder(await paymentsOf(database, ids))
  const refunds = byOrder(
    await database.selectFrom('refunds').select(refundColumns).where('order_id', 'in', ids).execute(),
  )
  const work = byOrder(await readWork(database, ids))
  return orders.map((order) => ({
    ...order,
    lines: lines.get(order.id) ?? [],
    payments: payments.get(order.id) ?? [],
    refunds: refunds.get(order.id) ?? [],
    work: work.get(order.id) ?? [],
  }))
}

const byOrder = <Row extends { readonly orderId: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> =>
  Map.groupBy(rows, ({ orderId }) => orderId)

async function readOrders(
  database: Kysely<OrdersTables>,
  { from, to, after, limit }: BooksWanted,
): Promise<OrderRow[]> {
  const [changedAt, id] = after ?? []
  const { rows } = await sql<OrderRow>`
    select id, status, payment_status as "paymentStatus", total_cents as "totalCents", currency,
      reservation_reference as reference, on_hold_reason is not null as "isOnHold", paid_at is not null as "wasPaid",
      version, updated_at::text as "changedAt"
    from orders
    where updated_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
      and updated_at < coalesce(${to ?? null}::timestamptz, 'infinity')
      and (updated_at, id) > (coalesce(${changedAt ?? null}::timestamptz, '-infinity'), ${id ?? nil}::uuid)
    order by updated_at, id limit ${limit}`.execute(database)
  return rows
}

const nil = '00000000-0000-0000-0000-000000000000'

async function paymentsOf(database: Kysely<OrdersTables>, ids: readonly string[]): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    select ${paymentColumns} from payments where order_id = any(${ids})`.execute(database)
  return rows
}

async function readLines(database: Kysely<OrdersTables>, ids: readonly string[]): Promise<BookLine[]> {
  const { rows } = await sql<BookLine>`
    select i.order_id as "orderId", i.product_id as "productId", i.quantity, gone.restocked, gone."keptOff"
    from order_items i cross join lateral (
      select coalesce(sum(l.unshipped_quantity + l.shipped_quantity)
          filter (where l.restock and r.status = 'succeeded'), 0)::integer as restocked,
        coalesce(sum(l.unshipped_quantity + l.shipped_quantity)
          filter (where not l.restock and r.status <> 'failed'), 0)::integer as "keptOff"
      -- By the order's refunds: those of a line alone have no index.
      from refunds r join refund_items l on l.refund_id = r.id and l.order_item_id = i.id
      where r.order_id = i.order_id
    ) gone
    where i.order_id = any(${ids}::uuid[]) order by i.order_id, i.position`.execute(database)
  return rows
}

async function readWork(database: Kysely<OrdersTables>, ids: readonly string[]): Promise<OpenWork[]> {
  const minutesSince = (column: string) => sql`(extract(epoch from now() - ${sql.ref(column)}) / 60)::integer`
  const { rows } = await sql<OpenWork>`
    select order_id as "orderId", 'pay_' || step as kind, false as "isParked",
      ${minutesSince('updated_at')} as "openMinutes"
    from order_sagas where order_id = any(${ids}::uuid[]) and step <> 'done'
    union all
    select order_id, kind, state = 'parked', ${minutesSince('created_at')}
    from order_tasks where order_id = any(${ids}::uuid[]) and state <> 'done'`.execute(database)
  return rows
}

/** Those of the books whose orders have not changed since. */
export async function unchangedSince(
  database: Kysely<OrdersTables>,
  books: readonly Pick<OrderBook, 'id' | 'version'>[],
): Promise<ReadonlySet<string>> {
  const ids = books.map(({ id }) => id)
  const rows = await database.selectFrom('orders').select(['id', 'version']).where('id', 'in', ids).execute()
  const versions = new Map(rows.map(({ id, version }) => [id, version]))
  return new Set(books.filter(({ id, version }) => versions.get(id) === version).map(({ id }) => id))
}
