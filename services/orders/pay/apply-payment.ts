import { sql, type Transaction } from 'kysely'
import type { ProviderPayment } from '../payments/provider.ts'
import { giveBack } from '../refunds/give-back.ts'
import { sagaRevival, turnSaga } from '../saga/saga-store.ts'
import type { OrdersTables } from '../schema.ts'
import { holdOrder, type LockedOrder, lockOrder, type Origin, orderTouch, touchOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'
import {
  awaitPayment,
  capturePayment,
  captureUpdate,
  endPayment,
  isAtWork,
  type PaymentRow,
  paymentsOfOrder,
} from './payment-store.ts'

export type ApplyParts = { newId(): string }

export type Told = {
  /** As it was read last. */
  readonly payment: Pick<PaymentRow, 'id' | 'orderId' | 'status' | 'capturedCents'>
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
  { payment: known, told, origin }: Told,
): Promise<Applied> {
  // What is captured stays so: to find that nobody has to wait for the order.
  if (told.state === 'captured' && isCaptured(known)) return 'unchanged'
  const { id, orderId } = known
  const order = await lockOrder(transaction, orderId)
  const payments = order === undefined ? [] : await paymentsOfOrder(transaction, orderId)
  const payment = payments.find((one) => one.id === id)
  if (order === undefined || payment === undefined) throw new Error(`there is no payment ${id}`)
  const others = payments.filter((one) => one !== payment)
  const at = { parts, order, payment, others, told, origin }
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
  /** Of the same order. */
  readonly others: readonly PaymentRow[]
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

const isCaptured = ({ status, capturedCents }: Told['payment']): boolean => capturedCents > 0 || status === 'captured'

async function applyCapture(transaction: Transaction<OrdersTables>, at: At): Promise<Applied> {
  const { parts, order, payment, told, origin } = at
  if (isCaptured(payment)) return 'unchanged'
  const { capturedCents, currency } = told
  const providerRef = told.providerRef ?? payment.providerRef
  const captured = { providerRef, capturedCents, currency }

  if (capturedCents !== payment.amountCents || currency !== payment.currency) {
    await capturePayment(transaction, payment, { ...captured, status: 'mismatched' })
    await turnSaga(transaction, payment.id, { step: 'done' })
    await holdOrder(transaction, { id: order.id, reason: 'amount_mismatch' })
    return 'mismatched'
  }

  const wanted = wantsMoney(at)
  if (wanted === 'back') {
    await capturePayment(transaction, payment, { ...captured, status: 'surplus' })
    await turnSaga(transaction, payment.id, { step: 'done' })
    const reason = `came after the order was ${order.status}`
    await giveBack(transaction, { id: parts.newId(), paymentId: payment.id, key: 'late', reason }, origin)
    await touchOrder(transaction, order.id)
    return 'returned'
  }
  if (wanted === 'keep') {
    // Not the draft's: given back, it does not keep the customer from paying.
    await capturePayment(transaction, payment, { ...captured, status: 'mismatched' })
    await turnSaga(transaction, payment.id, { step: 'done' })
    await holdOrder(transaction, { id: order.id, reason: 'payment_of_a_draft' })
    return 'kept'
  }
  // The stock is sold and the order confirmed by the payment's saga, in this process or another one.
  const revival = sagaRevival({ orderId: order.id, paymentId: payment.id, cause: origin.cause })
  await sql`
    with captured as (${captureUpdate(payment, { ...captured, status: 'captured' })}), revived as (${revival})
    ${orderTouch(order.id)}`.execute(transaction)
  return 'captured'
}

/** An order takes one payment's money; what another attempt brings on top goes back. */
function wantsMoney({ order, others }: Pick<At, 'order' | 'others'>): 'take' | 'back' | 'keep' {
  const cell = cellOf('payment_succeeded', order.status)
  if (cell === 'keep') return 'keep'
  if (cell === 'back' || cell === 'same') return 'back'
  return others.some((other) => isAtWork(other) || other.status === 'captured') ? 'back' : 'take'
}
