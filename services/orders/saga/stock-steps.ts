import { type Kysely, sql } from 'kysely'
import { failpoint } from '../../kit/failpoints.ts'
import type { Line } from '../drafts/price-order.ts'
import type { OrdersTables } from '../schema.ts'
import { lockOrder } from '../status/move-order.ts'
import { reopenOrder, undoPayment } from './confirm-order.ts'
import { inTransaction, originOf, type Running, type SagaEnd, type SagaParts, type Stepped } from './saga-parts.ts'
import { advanceSaga, type LeasedSaga } from './saga-store.ts'

/** All lines under the order's reference. What is short reopens the order, or gives its money back where it has come already. */
export async function reserveStock(
  parts: SagaParts,
  saga: LeasedSaga,
  { forwarded, methodToken, signal }: Running,
): Promise<Stepped> {
  const { database, catalog } = parts
  const { reference, lines, isPaidFor, isFree } = await readWantedStock(database, saga)
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
  // Who has the token charges next.
  const charge = { step: 'charge', charging: methodToken !== undefined } as const
  const next = await advanceSaga(database, saga, isPaidFor ? { step: 'commit' } : charge)
  await failpoint('orders.saga.after_reserve')
  return next
}

type WantedStock = { readonly lines: readonly Line[]; readonly isFree: boolean; readonly isPaidFor: boolean }

async function readWantedStock(database: Kysely<OrdersTables>, { orderId, paymentId }: LeasedSaga) {
  const { rows } = await sql<WantedStock & { readonly reference: string | null }>`
    select o.reservation_reference as reference, p.provider = 'none' as "isFree", p.status = 'captured' as "isPaidFor", (
      select coalesce(json_agg(json_build_object('productId', product_id, 'quantity', quantity) order by position), '[]')
      from order_items where order_id = o.id) as lines
    from orders o join payments p on p.order_id = o.id
    where o.id = ${orderId} and p.id = ${paymentId}`.execute(database)
  const [order] = rows
  if (order === undefined) throw new Error(`order ${orderId} has no payment ${paymentId}`)
  return { ...order, reference: given(order.reference, orderId) }
}

/** Of the hold as it is now. */
async function readReference(database: Kysely<OrdersTables>, { orderId }: LeasedSaga): Promise<string> {
  const { rows } = await sql<{ reference: string | null }>`
    select reservation_reference as reference from orders where id = ${orderId}`.execute(database)
  return given(rows[0]?.reference, orderId)
}

function given(reference: string | null | undefined, orderId: string): string {
  if (typeof reference === 'string') return reference
  throw new Error(`order ${orderId} has no reference`)
}

/** What is held is sold. */
export async function commitStock(
  parts: SagaParts,
  saga: LeasedSaga,
  { forwarded, signal }: Running,
): Promise<Stepped> {
  const { database, catalog } = parts
  const reference = await readReference(database, saga)
  await failpoint('orders.saga.before_commit')
  const outcome = await catalog.commit(reference, { forwarded, signal })
  await failpoint('orders.saga.after_commit_call')
  if (outcome === 'gone') return (await holdAgain(database, { saga, reference })) ?? giveUp(parts, saga)
  await failpoint('orders.saga.after_commit')
  // Not written down: the commit's repeat finds it sold, and the next statements end the saga.
  return { ...saga, step: 'confirm' }
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
