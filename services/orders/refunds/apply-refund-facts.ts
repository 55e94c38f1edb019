import { sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { WebhookEvent } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem, lockOrder } from '../status/move-order.ts'
import type { AppliedWebhook } from '../webhooks/apply-webhooks.ts'
import { type CapturedPayment, paymentOfEvent } from './payment-of-event.ts'
import { type RecordParts, recordRefund, type ToldRefund, tellRecorded } from './record-refund.ts'
import { insertRefund } from './refund-store.ts'

export type RefundEvent = Extract<WebhookEvent, { kind: 'refund' }> & { readonly cause: EventCause }

/** A refund as its provider tells it: one of ours, or one that somebody made there by hand, which is recorded once. */
export async function applyRefundFacts(
  transaction: Transaction<OrdersTables>,
  parts: RecordParts,
  event: RefundEvent,
): Promise<AppliedWebhook> {
  const origin = bySystem(event.cause)
  const known = await refundIdOf(transaction, event)
  if (known !== undefined) return record(transaction, parts, { refundId: known, told: event.refund, origin })
  const { providerRefundRef, state } = event.refund
  const payment = await paymentOfEvent(transaction, event)
  if (payment === undefined) return { later: 'its payment is not captured here' }
  if (providerRefundRef === null || state === 'failed') return 'applied'
  return recordForeign(transaction, parts, { event, payment, providerRefundRef })
}

async function record(
  transaction: Transaction<OrdersTables>,
  parts: RecordParts,
  told: ToldRefund,
): Promise<AppliedWebhook> {
  const recorded = await recordRefund(transaction, parts, told)
  return { tell: () => tellRecorded(parts, recorded) }
}

async function refundIdOf(
  transaction: Transaction<OrdersTables>,
  { provider, key, refund }: RefundEvent,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from refunds
    where provider = ${provider} and (provider_refund_ref = ${refund.providerRefundRef} or provider_key = ${key ?? null})
    order by provider_refund_ref is not distinct from ${refund.providerRefundRef} desc limit 1`.execute(transaction)
  return rows[0]?.id
}

type Foreign = {
  readonly event: RefundEvent
  readonly payment: CapturedPayment
  readonly providerRefundRef: string
}

async function recordForeign(
  transaction: Transaction<OrdersTables>,
  parts: RecordParts,
  { event, payment, providerRefundRef }: Foreign,
): Promise<AppliedWebhook> {
  const { provider, refund } = event
  const origin = bySystem(event.cause)
  await lockOrder(transaction, payment.orderId)
  // Another event of the same refund may have been first.
  const known = await refundIdOf(transaction, event)
  const id = known ?? parts.newId()
  if (known === undefined) {
    if (refund.currency !== payment.currency) return { later: 'it is in another currency than its payment' }
    // A refund of ours that takes as much is on its way, and the provider will refuse one of them.
    if (refund.amountCents > (await leftOf(transaction, payment.id)))
      return { later: 'more than is left of its payment' }
    await insertRefund(transaction, {
      id,
      paymentId: payment.id,
      key: `${provider}:${providerRefundRef}`,
      providerKey: `${provider}:${providerRefundRef}`,
      amountCents: refund.amountCents,
      shippingCents: 0,
      reason: `made at ${provider}`,
      origin,
    })
  }
  return record(transaction, parts, { refundId: id, told: refund, origin })
}

async function leftOf(transaction: Transaction<OrdersTables>, paymentId: string): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select captured_cents - refunded_cents as left from payments where id = ${paymentId}`.execute(transaction)
  return rows[0]?.left ?? 0
}
