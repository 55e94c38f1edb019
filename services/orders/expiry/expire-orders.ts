import { type Kysely, sql, type Transaction } from 'kysely'
import type { Logger } from '../../kit/logging.ts'
import { type RepeatingUntilDrained, repeatUntilDrained } from '../../kit/repeat-until-drained.ts'
import { cancelPaymentLater } from '../cancel/cancel-order.ts'
import { isAtWork, paymentsOfOrder } from '../pay/payment-store.ts'
import { releaseLater } from '../saga/confirm-order.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem, lockOrder, moveOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'

export type ExpiryParts = {
  readonly database: Kysely<OrdersTables>
  readonly logger: Logger
  newId(): string
  wakeTasks(): void
}

/** As long as stock is held for a payment. */
const pendingMinutes = 60
const ordersAtOnce = 50
const everyMilliseconds = 5_000
const finishMilliseconds = 3_000

/** Ends what was not paid in time. By the database's clock, so that every process agrees. */
export function expireOrders(parts: ExpiryParts): RepeatingUntilDrained {
  return repeatUntilDrained({
    task: 'expiring orders',
    everyMilliseconds,
    finishMilliseconds,
    logger: parts.logger,
    run: async (interrupted) => ((await expireDue(parts, interrupted)) === ordersAtOnce ? 'again' : 'wait'),
  })
}

/** How many were done. What is paid already is left to its saga. */
export async function expireDue(parts: ExpiryParts, interrupted?: AbortSignal): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from orders o
    where status = 'pending' and coalesce(pending_at, created_at) <= now() - make_interval(mins => ${pendingMinutes})
      and not exists (select from payments p where p.order_id = o.id and p.status = 'captured')
    order by coalesce(pending_at, created_at) limit ${ordersAtOnce}`.execute(parts.database)
  let done = 0
  for (const { id } of rows) {
    if (interrupted?.aborted === true) break
    if (await expireOne(parts, id)) done += 1
  }
  if (done > 0) parts.wakeTasks()
  return done
}

/** One that does not go now, its row being held by somebody say, does not keep the others waiting. */
async function expireOne(parts: ExpiryParts, id: string): Promise<boolean> {
  try {
    await parts.database.transaction().execute((transaction) => expireOrder(transaction, { id, parts }))
    return true
  } catch (error) {
    parts.logger.warn({ error, order_id: id }, 'an order does not expire now and is tried again')
    return false
  }
}

type Expiring = { readonly id: string; readonly parts: ExpiryParts }

/** Under the order's row: whoever came first, a payment or the clock, has decided. */
async function expireOrder(transaction: Transaction<OrdersTables>, { id, parts }: Expiring): Promise<void> {
  const order = await lockOrder(transaction, id)
  if (order === undefined || cellOf('expire', order.status) !== 'expired') return
  const payments = await paymentsOfOrder(transaction, id)
  // The money is there: the saga sells the stock and confirms, or gives it back.
  if (payments.some(({ status }) => status === 'captured')) return
  const origin = bySystem({ requestId: `expiry-${parts.newId()}` })
  await moveOrder(transaction, order, { action: 'expire', to: 'expired', reason: 'not paid in time', ...origin })
  for (const payment of payments.filter(isAtWork)) await cancelPaymentLater(transaction, { payment, origin })
  const { reference } = order
  if (reference !== null) await releaseLater(transaction, { order, reference, origin })
}
