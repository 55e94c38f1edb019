import type { Order, OrderSummary } from '../order-contract.ts'
import type { OrderStatus, PaymentStatus } from '../status/transitions.ts'
import { changeColumns, type Reader, shownChange, summaryColumns, withTimes } from './find-order.ts'

export type OrdersWanted = {
  /** Undefined: everybody's. */
  readonly userId: string | undefined
  readonly status: OrderStatus | undefined
  readonly paymentStatus: PaymentStatus | undefined
  readonly from: Date | undefined
  readonly to: Date | undefined
  readonly order: 'newest-first' | 'oldest-first'
  readonly afterId: string | undefined
  readonly limit: number
}

/** In the order of their ids, which is the order in which they were made. */
export async function listOrders(database: Reader, wanted: OrdersWanted): Promise<OrderSummary[]> {
  const { userId, status, paymentStatus, from, to, afterId, limit } = wanted
  const newestFirst = wanted.order === 'newest-first'
  let query = database.selectFrom('orders').select(summaryColumns)
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  if (status !== undefined) query = query.where('status', '=', status)
  if (paymentStatus !== undefined) query = query.where('payment_status', '=', paymentStatus)
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  if (afterId !== undefined) query = query.where('id', newestFirst ? '<' : '>', afterId)
  const rows = await query
    .orderBy('id', newestFirst ? 'desc' : 'asc')
    .limit(limit)
    .execute()
  return rows.map(withTimes)
}

export type HistoryWanted = { readonly orderId: string; readonly afterId: number | undefined; readonly limit: number }

/** Every change of status, oldest first, each with its number for the cursor. */
export async function listHistory(
  database: Reader,
  { orderId, afterId, limit }: HistoryWanted,
): Promise<(Order['history'][number] & { readonly number: number })[]> {
  let query = database
    .selectFrom('order_status_history')
    .select(['id as number', ...changeColumns])
    .where('order_id', '=', orderId)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  const rows = await query.orderBy('id').limit(limit).execute()
  return rows.map((row) => ({ number: row.number, ...shownChange(row) }))
}
