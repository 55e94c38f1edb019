import type { Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { Logger } from '../../kit/logging.ts'
import type { WebhookEvent } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { holdOrder, lockOrder } from '../status/move-order.ts'
import type { AppliedWebhook } from '../webhooks/apply-webhooks.ts'
import { paymentOfEvent } from './payment-of-event.ts'

export type DisputeEvent = Extract<WebhookEvent, { kind: 'dispute' }> & { readonly cause: EventCause }

const reason = 'dispute'

/** The customer's bank wants the money back: nothing goes forward before a person has looked at it. */
export async function applyDispute(
  transaction: Transaction<OrdersTables>,
  { logger }: { readonly logger: Logger },
  event: DisputeEvent,
): Promise<AppliedWebhook> {
  const payment = await paymentOfEvent(transaction, event)
  const order = payment && (await lockOrder(transaction, payment.orderId))
  if (payment === undefined || order === undefined) return { later: 'its payment is not captured here' }
  if (order.onHoldReason !== reason) await holdOrder(transaction, { id: order.id, reason })
  const { provider, disputeRef: dispute_ref, cause } = event
  const facts = { order_id: order.id, payment_id: payment.id, provider, dispute_ref, request_id: cause.requestId }
  return { tell: () => logger.error(facts, 'a payment is disputed: somebody has to look at it') }
}
