import { type Kysely, sql } from 'kysely'
import { failpoint } from '../../kit/failpoints.ts'
import type { OrdersTables } from '../schema.ts'
import { lockOrder } from '../status/move-order.ts'
import { reopenOrder, undoPayment } from './confirm-order.ts'
import { inTransaction, originOf, type Running, type SagaEnd, type SagaParts, type Stepped } from './saga-parts.ts'
import { advanceSaga, type LeasedSaga } from './saga-store.ts'

/** All lines under the order's reference. What is short reopens the order, or gives its money back where it has come already. */
export async function reserveStock(
  parts: SagaParts,
  saga: LeasedSaga,
  { forwarded, signal }: Running,
): Promise<Stepped> {
  const { database, catalog } = parts
  const { reference, lines, isPaidFor, isFree } = await wantedStock(database, saga)
  await failpoint('orders.saga.before_reserve')
  const outcome = await catalog.reserve({ reference, lines }, { forwarded, signal })
  await failpoint('orders.saga.after_reserve_call')
  // Expired: the commit takes it once more where it is still free, else the money goes back.
  const held = outcome.kind === 'held' || (outcome.kind === 'over' && outcome.state !== 'released')
  if (!held && isPaidFor && !isFree) return giveUp(parts, saga)
  if (!held) {
    await inTransaction(database, (transaction) => reopenOrder(transaction, { saga, origin: originOf(saga) }))
    if (outcome.kind === 'short') return { kind: 'short', lines: outcome.lines }
    return outcome.kind === 'limited' ? { kind: 'hold-limit' } : { kind: 'short', lines: [] }
  }
  const next = await advanceSaga(database, saga, isPaidFor ? { step: 'commit' } : { step: 'charge' })
  await failpoint('orders.saga.after_reserve')
  return next
}

async function wantedStock(database: Kysely<OrdersTables>, { orderId, paymentId }: LeasedSaga) {
  const order = await database
    .selectFrom('orders as o')
    .innerJoin('payments as p', 'p.order_id', 'o.id')
    .select(['o.reservation_reference as reference', 'p.status', 'p.provider'])
    .where('o.id', '=', orderId)
    .where('p.id', '=', paymentId)
    .executeTakeFirst()
  if (order === undefined || order.reference === null) throw new Error(`order ${orderId} has no reference`)
  const lines = await database
    .selectFrom('order_items')
    .select(['product_id as productId', 'quantity'])
    .where('order_id', '=', orderId)
    .orderBy('position')
    .execute()
  return {
    reference: order.reference,
    lines,
    isFree: order.provider === 'none',
    isPaidFor: order.status === 'captured',
  }
}

/** What is held is sold. */
export async function commitStock(
  parts: SagaParts,
  saga: LeasedSaga,
  { forwarded, signal }: Running,
): Promise<Stepped> {
  const { database, catalog } = parts
  const { reference } = await wantedStock(database, saga)
  await failpoint('orders.saga.before_commit')
  const outcome = await catalog.commit(reference, { forwarded, signal })
  await failpoint('orders.saga.after_commit_call')
  if (outcome === 'gone') return (await holdAgain(database, { saga, reference })) ?? giveUp(parts, saga)
  const next = await advanceSaga(database, saga, { step: 'confirm' })
  await failpoint('orders.saga.after_commit')
  return next
}

async function giveUp(parts: SagaParts, saga: LeasedSaga): Promise<SagaEnd> {
  await inTransaction(parts.database, (transaction) =>
    undoPayment(transaction, parts, { saga, origin: originOf(saga) }),
  )
  return { kind: 'out-of-stock' }
}

type Released = { readonly saga: LeasedSaga; readonly reference: string }

/**
 * The order had expired, and its hold was given back, before its money came: it is held once more, under another number.
 * Undefined where that is not why the stock is gone.
 */
async function holdAgain(
  database: Kysely<OrdersTables>,
  { saga, reference }: Released,
): Promise<LeasedSaga | undefined> {
  return inTransaction(database, async (transaction) => {
    const order = await lockOrder(transaction, saga.orderId)
    if (order?.status !== 'expired' || order.reference !== reference) return undefined
    const { rows } = await sql`
      update orders set hold_number = hold_number + 1,
        reservation_reference = 'order:' || id || ':hold:' || hold_number + 1
      where id = ${order.id} and exists (select from order_tasks where key = ${`release:${reference}`})
      returning id`.execute(transaction)
    return rows.length === 0 ? undefined : advanceSaga(transaction, saga, { step: 'reserve' })
  })
}
