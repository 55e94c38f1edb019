import { z } from 'zod'
import type { WebhookEvent, WebhookFacts, WebhookHeaders } from '../provider.ts'
import { verifySignedPayload } from '../signed-payload.ts'
import { parseWebhookBody, readOrRefuse } from '../webhook-body.ts'
import { paymentIntentSchema, paymentOf, refundOf, refundSchema } from './stripe-objects.ts'

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  created: z.int(),
  data: z.object({ object: z.unknown() }),
})

const disputeSchema = z.object({ object: z.literal('dispute'), id: z.string(), payment_intent: z.string().nullish() })

const readPaymentIntent = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.canceled',
]
const readRefund = ['refund.created', 'refund.updated', 'refund.failed']

export type StripeWebhook = {
  readonly raw: Uint8Array
  readonly headers: WebhookHeaders
  readonly now: Date
  readonly secrets: readonly string[]
}

export function parseStripeWebhook({ raw, headers, now, secrets }: StripeWebhook): WebhookEvent {
  verifySignedPayload({ raw, header: headers('stripe-signature'), secrets, now })
  const { id, type, created, data } = parseWebhookBody(raw, eventSchema)
  const common = { id, provider: 'stripe', type, occurredAt: new Date(created * 1_000) } as const
  return { ...common, ...factsOf(type, data.object) }
}

function factsOf(type: string, object: unknown): WebhookFacts {
  if (readPaymentIntent.includes(type)) {
    const intent = readOrRefuse(paymentIntentSchema, object)
    // An account may be used by others than this shop.
    if (!intent.metadata?.key) return { kind: 'ignored', providerRef: intent.id }
    const { key, order_id: orderId } = intent.metadata
    return { kind: 'payment', providerRef: intent.id, key, orderId, payment: paymentOf(intent) }
  }
  if (readRefund.includes(type)) {
    const refund = readOrRefuse(refundSchema, object)
    const { key, order_id: orderId } = refund.metadata ?? {}
    return { kind: 'refund', providerRef: refund.payment_intent ?? undefined, key, orderId, refund: refundOf(refund) }
  }
  if (type === 'charge.dispute.created') {
    const dispute = readOrRefuse(disputeSchema, object)
    return { kind: 'dispute', providerRef: dispute.payment_intent ?? undefined, disputeRef: dispute.id }
  }
  return { kind: 'ignored' }
}
