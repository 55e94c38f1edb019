import type { Kysely, Transaction } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { Problem } from '../../kit/problems.ts'
import { auditChange } from '../audit.ts'
import { isAtWork, type PaymentRow, paymentsOfOrder } from '../pay/payment-store.ts'
import { paymentProblems } from '../problems.ts'
import { giveBack } from '../refunds/give-back.ts'
import { returnStockLater } from '../refunds/return-units.ts'
import { releaseLater } from '../saga/confirm-order.ts'
import type { OrdersTables } from '../schema.ts'
import {
  invalidTransition,
  judged,
  type LockedOrder,
  lockOwnOrder,
  moveOrder,
  type Origin,
} from '../status/move-order.ts'
import type { OrderAction } from '../status/transitions.ts'
import { addTask } from '../tasks/task-store.ts'

export type CancelParts = { readonly database: Kysely<OrdersTables>; newId(): string; wakeTasks(): void }

export type Cancel = {
  readonly orderId: string
  /** Undefined: an admin, of anybody's. */
  readonly ownerId: string | undefined
  readonly reason: string
  readonly origin: Origin
}

/**
 * Cancelled, its money on the way back and its stock too, all decided in one transaction and done after it. Cancelled
 * before, it changes nothing; while a charge is at work it is refused, so that nothing is charged and cancelled.
 */
export async function cancelOrder(parts: CancelParts, cancel: Cancel): Promise<void> {
  await repeatOnConflict(() =>
    parts.database.transaction().execute(async (transaction) => {
      const order = await lockOwnOrder(transaction, { id: cancel.orderId, ownerId: cancel.ownerId })
      const action = cancel.ownerId === undefined ? 'cancel_by_admin' : 'cancel_by_owner'
      if (judged(order, action) === 'same') return
      await cancelLocked(transaction, parts, { order, action, ...cancel })
    }),
  )
  parts.wakeTasks()
}

type Locked = Pick<Cancel, 'reason' | 'origin'> & { readonly order: LockedOrder; readonly action: OrderAction }

/** The caller holds the order's row and knows that it may be cancelled. */
export async function cancelLocked(
  transaction: Transaction<OrdersTables>,
  parts: Pick<CancelParts, 'newId'>,
  { order, action, reason, origin }: Locked,
): Promise<void> {
  const payments = await paymentsOfOrder(transaction, order.id)
  await refuseUndecided(transaction, order, payments)
  await refuseShipped(transaction, { order, action })
  await moveOrder(transaction, order, {
    action,
    to: 'cancelled',
    reason,
    data: { reason: action === 'cancel_by_admin' ? 'by_admin' : 'by_customer' },
    ...origin,
  })
  const { status: before } = order
  await auditChange(
    transaction,
    {
      action: 'order_cancelled',
      orderId: order.id,
      before: { status: before },
      after: { status: 'cancelled', reason },
    },
    origin,
  )
  for (const payment of payments) await endMoney(transaction, parts, { payment, origin })
  await endStock(transaction, { order, origin })
}

/** What the provider may capture this moment cannot be cancelled; what waits for its customer can. */
async function refuseUndecided(
  transaction: Transaction<OrdersTables>,
  order: LockedOrder,
  payments: readonly PaymentRow[],
): Promise<void> {
  const confirming = order.status === 'pending' && payments.some(({ status }) => status === 'captured')
  const charging = payments.some(({ status }) => status === 'created')
  if (!confirming && !charging) return
  const saga = await transaction
    .selectFrom('order_sagas')
    .select('step')
    .where('order_id', '=', order.id)
    .executeTakeFirst()
  if (saga === undefined || saga.step === 'done') return
  throw new Problem(paymentProblems.inProgress, { headers: { 'retry-after': '2' } })
}

/** Part of it is on its way: what is left can be refunded, the order as a whole cannot be undone. */
async function refuseShipped(
  transaction: Transaction<OrdersTables>,
  { order, action }: { readonly order: LockedOrder; readonly action: OrderAction },
): Promise<void> {
  const shipment = await transaction
    .selectFrom('shipments')
    .select('id')
    .where('order_id', '=', order.id)
    .limit(1)
    .executeTakeFirst()
  if (shipment !== undefined) throw invalidTransition(order.status, action)
}

type Money = { readonly payment: PaymentRow; readonly origin: Origin }

async function endMoney(
  transaction: Transaction<OrdersTables>,
  parts: Pick<CancelParts, 'newId'>,
  { payment, origin }: Money,
): Promise<void> {
  if (isAtWork(payment)) return cancelPaymentLater(transaction, { payment, origin })
  if (payment.capturedCents === 0) return
  const reason = 'the order was cancelled'
  await giveBack(transaction, { id: parts.newId(), paymentId: payment.id, key: 'cancel', reason }, origin)
}

/** So that it cannot be captured any more; where that is too late, the money comes back as late money does. */
export async function cancelPaymentLater(
  transaction: Transaction<OrdersTables>,
  { payment, origin }: Money,
): Promise<void> {
  const { id: payment_id, orderId } = payment
  const key = `cancel:${payment_id}`
  await addTask(transaction, { kind: 'cancel_payment', key, orderId, data: { payment_id }, cause: origin.cause })
}

type Stock = { readonly order: LockedOrder; readonly origin: Origin }

/** Held until it was paid, sold afterwards. */
async function endStock(transaction: Transaction<OrdersTables>, { order, origin }: Stock): Promise<void> {
  const { reference } = order
  if (reference === null || order.status === 'draft') return
  if (order.status === 'pending') return releaseLater(transaction, { order, reference, origin })
  await returnStockLater(transaction, { order, cause: origin.cause })
}
