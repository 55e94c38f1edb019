import { z } from 'zod'
import type { ProviderPayment, ProviderRefund } from '../provider.ts'
import { fromStripeAmount } from './stripe-amounts.ts'

const metadata = z.object({ order_id: z.string(), key: z.string() }).partial().nullish()

/** What we use of a PaymentIntent, whether an answer or a webhook brings it. */
export const paymentIntentSchema = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ]),
  amount_received: z.int().min(0),
  currency: z.string().toUpperCase(),
  metadata,
  last_payment_error: z.object({ code: z.string().optional(), decline_code: z.string().optional() }).nullish(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullable() }).nullish() }).nullish(),
  /** Only an id where it was not asked to be expanded. */
  latest_charge: z.union([z.string(), z.object({ amount_refunded: z.int().min(0) })]).nullish(),
})
export type PaymentIntent = z.output<typeof paymentIntentSchema>

export const refundSchema = z.object({
  object: z.literal('refund'),
  id: z.string(),
  amount: z.int().min(0),
  currency: z.string().toUpperCase(),
  status: z.string().nullable(),
  payment_intent: z.string().nullish(),
  failure_reason: z.string().optional(),
  metadata,
})
export type StripeRefund = z.output<typeof refundSchema>

/** Undefined where it was made and never confirmed: nothing was charged. */
export function paymentOf(intent: PaymentIntent): ProviderPayment | undefined {
  const { id: providerRef, currency, latest_charge: charge } = intent
  const common = {
    providerRef,
    currency,
    capturedCents: fromStripeAmount(intent.amount_received, currency),
    ...(charge instanceof Object ? { refundedCents: fromStripeAmount(charge.amount_refunded, currency) } : {}),
  }
  switch (intent.status) {
    case 'succeeded':
      return { ...common, state: 'captured' }
    case 'processing':
    // We never ask for a capture of our own, so this one comes by itself too.
    case 'requires_capture':
      return { ...common, state: 'pending' }
    case 'canceled':
      return { ...common, state: 'cancelled' }
    case 'requires_action': {
      const url = intent.next_action?.redirect_to_url?.url
      return { ...common, state: 'requires_action', ...(url ? { action: { type: 'redirect', url } } : {}) }
    }
    case 'requires_payment_method':
    case 'requires_confirmation': {
      const error = intent.last_payment_error
      if (!error) return undefined
      return { ...common, state: 'declined', declineReason: error.decline_code ?? error.code ?? 'declined' }
    }
  }
}

export function refundOf(refund: StripeRefund): ProviderRefund {
  const { id: providerRefundRef, currency, status } = refund
  const common = { providerRefundRef, currency, amountCents: fromStripeAmount(refund.amount, currency) }
  if (status === 'succeeded') return { ...common, state: 'succeeded' }
  // requires_action: the customer is asked where the money shall go.
  if (status === 'pending' || status === 'requires_action') return { ...common, state: 'pending' }
  return { ...common, state: 'failed', failureReason: refund.failure_reason ?? status ?? 'failed' }
}
