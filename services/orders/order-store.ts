import type { Kysely, Transaction } from 'kysely'
import type { Address, Order, OrderStatus, OrderSummary } from './order-contract.ts'
import type { PricedOrder } from './price-order.ts'
import type { OrdersTables } from './schema.ts'

type Reader = Kysely<OrdersTables> | Transaction<OrdersTables>

export type NewOrder = {
  readonly id: string
  readonly userId: string
  readonly actorRole: 'user' | 'admin'
  readonly requestId: string
  readonly priced: PricedOrder
  readonly shippingAddress: Address | undefined
  readonly reservation: { readonly id: string; readonly reference: string }
  /** An id for each line, in their order. */
  newId(): string
}

const firstStatus: OrderStatus = 'pending'

/** The order, its lines and the first row of its history. */
export async function insertOrder(transaction: Transaction<OrdersTables>, order: NewOrder): Promise<void> {
  const { id, priced, reservation } = order
  await transaction
    .insertInto('orders')
    .values({
      id,
      user_id: order.userId,
      status: firstStatus,
      currency: priced.currency,
      subtotal_cents: priced.subtotalCents,
      total_cents: priced.subtotalCents,
      shipping_address: order.shippingAddress === undefined ? null : JSON.stringify(order.shippingAddress),
      reservation_id: reservation.id,
      reservation_reference: reservation.reference,
    })
    .execute()
  await transaction
    .insertInto('order_items')
    .values(
      priced.lines.map((line, index) => ({
        id: order.newId(),
        order_id: id,
        position: index + 1,
        product_id: line.productId,
        sku: line.sku,
        name: line.name,
        unit_price_cents: line.unitPriceCents,
        quantity: line.quantity,
        total_cents: line.totalCents,
      })),
    )
    .execute()
  await transaction
    .insertInto('order_status_history')
    .values({
      order_id: id,
      from_status: null,
      to_status: firstStatus,
      actor_id: order.userId,
      actor_role: order.actorRole,
      reason: 'created',
      request_id: order.requestId,
    })
    .execute()
}

const summaryColumns = [
  'id',
  'user_id',
  'status',
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

/** Three statements, however large the order is. */
export async function findOrder(database: Reader, id: string): Promise<Order | undefined> {
  const order = await database
    .selectFrom('orders')
    .select([...summaryColumns, 'shipping_address'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (order === undefined) return undefined
  const items = await database
    .selectFrom('order_items')
    .select(['id', 'product_id', 'sku', 'name', 'unit_price_cents', 'quantity', 'total_cents'])
    .where('order_id', '=', id)
    .orderBy('position')
    .execute()
  const history = await database
    .selectFrom('order_status_history')
    .select(['from_status as from', 'to_status as to', 'actor_role as actor', 'reason', 'created_at'])
    .where('order_id', '=', id)
    .orderBy('id', 'desc')
    .limit(historyAtMost)
    .execute()
  return {
    ...withTimes(order),
    items,
    history: history.map(({ created_at, ...change }) => ({ ...change, at: created_at.toISOString() })),
  }
}

export type OrdersWanted = {
  /** Undefined: everybody's. */
  readonly userId: string | undefined
  readonly status: OrderStatus | undefined
  readonly order: 'newest-first' | 'oldest-first'
  readonly afterId: string | undefined
  readonly limit: number
}

/** In the order of their ids, which is the order in which they were made. */
export async function listOrders(database: Reader, wanted: OrdersWanted): Promise<OrderSummary[]> {
  const { userId, status, afterId, limit } = wanted
  const newestFirst = wanted.order === 'newest-first'
  let query = database.selectFrom('orders').select(summaryColumns)
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  if (status !== undefined) query = query.where('status', '=', status)
  if (afterId !== undefined) query = query.where('id', newestFirst ? '<' : '>', afterId)
  const rows = await query
    .orderBy('id', newestFirst ? 'desc' : 'asc')
    .limit(limit)
    .execute()
  return rows.map(withTimes)
}

function withTimes<Row extends { created_at: Date; updated_at: Date }>(row: Row) {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() }
}
