import { sql, type Transaction } from 'kysely'
import type { Logger } from '../../kit/logging.ts'
import { type IssuingParts, issueCreditNote } from '../invoices/issue-invoice.ts'
import { findPayment, type PaymentRow } from '../pay/payment-store.ts'
import type { ProviderRefund } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { holdOrder, type LockedOrder, lockOrder, type Origin, touchOrder } from '../status/move-order.ts'
import { appendOrderEvent } from '../status/order-event.ts'
import { addTask } from '../tasks/task-store.ts'
import { endRefund, findRefund, giveUpRefund, noteReference, type RefundRow } from './refund-store.ts'
import { returnKeptLater, returnRefundedLater } from './return-units.ts'
import { shipRefundedRest } from './ship-refunded-rest.ts'

export type RecordParts = IssuingParts & {
  readonly logger: Logger
  onRefunded(provider: string, result: 'succeeded' | 'failed'): void
}

export type ToldRefund = {
  readonly refundId: string
  readonly told: Pick<ProviderRefund, 'state' | 'providerRefundRef' | 'failureReason'>
  readonly origin: Origin
}

/** What was made of it. `refund` is as it was before. */
export type Recorded =
  | { readonly state: 'unchanged' }
  | { readonly state: 'pending' }
  | { readonly state: 'succeeded'; readonly refund: RefundRow }
  | { readonly state: 'failed'; readonly refund: RefundRow; readonly reason: string }

/** How often a provider is asked about a refund that waits: webhooks are not trusted to come. */
export const askAgainSeconds = 300

/**
 * The one place where a provider's word about a refund becomes ours, whoever brought it: the answer to our call, a webhook,
 * or the poller. Under the order's row lock; said again it changes nothing. A bank may refuse what had succeeded, so that
 * `failed` is the last word: a success that is told afterwards was only late on its way. The caller hands the result to
 * `tellRecorded` once it is committed.
 */
export async function recordRefund(
  transaction: Transaction<OrdersTables>,
  parts: IssuingParts,
  { refundId, told, origin }: ToldRefund,
): Promise<Recorded> {
  const unlocked = await findRefund(transaction, refundId)
  const order = unlocked && (await lockOrder(transaction, unlocked.orderId))
  const refund = order && (await findRefund(transaction, refundId))
  const payment = refund && (await findPayment(transaction, refund.paymentId))
  if (order === undefined || refund === undefined || payment === undefined) {
    throw new Error(`there is no refund ${refundId}`)
  }
  const at = { parts, order, refund, payment, told, origin }
  if (told.state === 'failed') return refund.status === 'failed' ? unchanged : fail(transaction, at)
  if (refund.status !== 'pending') return unchanged
  return told.state === 'succeeded' ? succeed(transaction, at) : wait(transaction, at)
}

const unchanged = { state: 'unchanged' } as const

/** To the metrics and the log. */
export function tellRecorded({ logger, onRefunded }: RecordParts, recorded: Recorded): void {
  if (recorded.state === 'unchanged' || recorded.state === 'pending') return
  const { id: refund_id, orderId: order_id, provider, status } = recorded.refund
  onRefunded(provider, recorded.state)
  if (recorded.state === 'succeeded') return
  const facts = { order_id, refund_id, provider, reason: recorded.reason, late: status === 'succeeded' }
  logger.error(facts, 'a refund failed: somebody has to give the money back in another way')
}

type At = {
  readonly parts: IssuingParts
  readonly order: LockedOrder
  readonly refund: RefundRow
  readonly payment: PaymentRow
  readonly told: ToldRefund['told']
  readonly origin: Origin
}

async function wait(transaction: Transaction<OrdersTables>, { refund, told, origin }: At): Promise<Recorded> {
  const { providerRefundRef } = told
  if (providerRefundRef !== null) await noteReference(transaction, { id: refund.id, providerRefundRef })
  await addTask(transaction, {
    kind: 'watch_refund',
    key: `watch:${refund.id}`,
    orderId: refund.orderId,
    data: { refund_id: refund.id },
    cause: origin.cause,
    afterSeconds: askAgainSeconds,
  })
  return { state: 'pending' }
}

async function succeed(transaction: Transaction<OrdersTables>, at: At): Promise<Recorded> {
  const { parts, order, refund, payment, told, origin } = at
  const { id: refundId, orderId } = refund
  const { cause } = origin
  await endRefund(transaction, refundId, { ...told, status: 'succeeded', failure: null })
  await touchOrder(transaction, orderId)
  // The invoice is of the order's own payment: what came beside it was never invoiced.
  if (payment.status === 'captured') await issueCreditNote(transaction, parts, { orderId, refundId, payment, cause })
  await appendOrderEvent(transaction, {
    type: 'order.refunded.v1',
    orderId,
    cause,
    data: {
      refund_id: refundId,
      amount_cents: refund.amountCents,
      refund_currency: refund.currency,
      payment_status: await paymentStatusOf(transaction, orderId),
    },
  })
  await returnRefundedLater(transaction, { order, refundId, cause })
  await shipRefundedRest(transaction, { order, refundId, cause })
  return { state: 'succeeded', refund }
}

/** As the triggers of payments and refunds have left it. */
async function paymentStatusOf(transaction: Transaction<OrdersTables>, orderId: string): Promise<string> {
  const { rows } = await sql<{ status: string }>`
    select payment_status as status from orders where id = ${orderId}`.execute(transaction)
  return rows[0]?.status ?? 'unpaid'
}

async function fail(transaction: Transaction<OrdersTables>, at: At): Promise<Recorded> {
  const { order, refund, told, origin } = at
  const { id: refundId, orderId } = refund
  const reason = told.failureReason ?? 'failed'
  const late = refund.status === 'succeeded'
  await endRefund(transaction, refundId, { ...told, status: 'failed', failure: reason })
  await giveUpRefund(transaction, refund)
  // Its credit note is issued, and its units may be on sale again: nothing goes on before a person has looked at it.
  if (late) await holdOrder(transaction, { id: orderId, reason: 'refund_failed' })
  else await touchOrder(transaction, orderId)
  await returnKeptLater(transaction, { order, refundId, cause: origin.cause })
  return { state: 'failed', refund, reason }
}
