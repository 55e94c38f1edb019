import type { Transaction } from 'kysely'
import type { ProviderPayment } from '../payments/provider.ts'
import { giveBack } from '../refunds/give-back.ts'
import { reviveSaga, turnSaga } from '../saga/saga-store.ts'
import type { OrdersTables } from '../schema.ts'
import { holdOrder, type LockedOrder, lockOrder, type Origin, touchOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'
import {
  awaitPayment,
  capturePayment,
  endPayment,
  findPayment,
  isAtWork,
  type PaymentRow,
  paymentsOfOrder,
} from './payment-store.ts'

export type ApplyParts = { newId(): string }

export type Told = {
  readonly paymentId: string
  readonly told: ProviderPayment
  readonly origin: Origin
}

/** What was made of it, for metrics and the log. */
export type Applied =
  | 'unchanged'
  | 'captured'
  | 'waiting'
  | 'declined'
  | 'cancelled'
  /** Not what was asked for: nothing goes on before a person has looked at it. */
  | 'mismatched'
  /** Money for an order that does not want it, on its way back. */
  | 'returned'
  /** Money for a draft, kept for a person to look at. */
  | 'kept'

/** How often a provider is asked about a payment that waits: webhooks are not trusted to come. */
export const askAgainSeconds = 300

/**
 * The one place where a provider's word about a payment becomes ours, whoever brought it: the answer to our call, a
 * webhook, or the poller. Under the order's row lock; said again it changes nothing.
 */
export async function applyPayment(
  transaction: Transaction<OrdersTables>,
  parts: ApplyParts,
  { paymentId, told, origin }: Told,
): Promise<Applied> {
  const unlocked = await findPayment(transaction, paymentId)
  const order = unlocked && (await lockOrder(transaction, unlocked.orderId))
  const payment = order && (await findPayment(transaction, paymentId))
  if (order === undefined || payment === undefined) throw new Error(`there is no payment ${paymentId}`)
  const at = { parts, order, payment, told, origin }
  switch (told.state) {
    case 'captured':
      return applyCapture(transaction, at)
    case 'pending':
    case 'requires_action':
      return applyWaiting(transaction, at)
    case 'declined':
      return applyEnd(transaction, { ...at, status: 'declined', reason: told.declineReason ?? 'declined' })
    case 'cancelled':
      return applyEnd(transaction, { ...at, status: 'cancelled', reason: 'cancelled' })
  }
}

type At = {
  readonly parts: ApplyParts
  readonly order: LockedOrder
  readonly payment: PaymentRow
  readonly told: ProviderPayment
  readonly origin: Origin
}

async function applyWaiting(transaction: Transaction<OrdersTables>, { order, payment, told }: At): Promise<Applied> {
  if (payment.status !== 'created') return 'unchanged'
  await awaitPayment(transaction, payment, told)
  await turnSaga(transaction, payment.id, { step: 'await', afterSeconds: askAgainSeconds })
  await touchOrder(transaction, order.id)
  return 'waiting'
}

type End = At & { readonly status: 'declined' | 'cancelled'; readonly reason: string }

async function applyEnd(
  transaction: Transaction<OrdersTables>,
  { order, payment, told, status, reason }: End,
): Promise<Applied> {
  if (!isAtWork(payment)) return 'unchanged'
  await endPayment(transaction, payment, { status, reason, providerRef: told.providerRef ?? undefined })
  await turnSaga(transaction, payment.id, { step: 'done' })
  await touchOrder(transaction, order.id)
  return status
}

async function applyCapture(transaction: Transaction<OrdersTables>, at: At): Promise<Applied> {
  const { parts, order, payment, told, origin } = at
  if (payment.capturedCents > 0 || payment.status === 'captured') return 'unchanged'
  const { capturedCents, currency } = told
  const providerRef = told.providerRef ?? payment.providerRef
  const captured = { providerRef, capturedCents, currency }

  if (capturedCents !== payment.amountCents || currency !== payment.currency) {
    await capturePayment(transaction, payment, { ...captured, status: 'mismatched' })
    await turnSaga(transaction, payment.id, { step: 'done' })
    await holdOrder(transaction, { id: order.id, reason: 'amount_mismatch' })
    return 'mismatched'
  }

  const cell = await wantsMoney(transaction, { order, payment })
  await capturePayment(transaction, payment, { ...captured, status: cell === 'back' ? 'surplus' : 'captured' })
  if (cell === 'back') {
    await turnSaga(transaction, payment.id, { step: 'done' })
    const reason = `came after the order was ${order.status}`
    await giveBack(transaction, { id: parts.newId(), paymentId: payment.id, key: 'late', reason }, origin)
    await touchOrder(transaction, order.id)
    return 'returned'
  }
  if (cell === 'keep') {
    await holdOrder(transaction, { id: order.id, reason: 'payment_of_a_draft' })
    return 'kept'
  }
  // The stock is sold and the order confirmed by the payment's saga, in this process or another one.
  await reviveSaga(transaction, { orderId: order.id, paymentId: payment.id, cause: origin.cause })
  await touchOrder(transaction, order.id)
  return 'captured'
}

/** An order takes one payment's money; what another attempt brings on top goes back. */
async function wantsMoney(
  transaction: Transaction<OrdersTables>,
  { order, payment }: Pick<At, 'order' | 'payment'>,
): Promise<'take' | 'back' | 'keep'> {
  const cell = cellOf('payment_succeeded', order.status)
  if (cell === 'keep') return 'keep'
  if (cell === 'back' || cell === 'same') return 'back'
  const others = (await paymentsOfOrder(transaction, order.id)).filter(({ id }) => id !== payment.id)
  return others.some((other) => isAtWork(other) || other.status === 'captured') ? 'back' : 'take'
}
