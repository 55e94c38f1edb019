import type { RecordedCall } from '../../../kit/testing/scripted-server.ts'

type Metadata = { readonly order_id: string; readonly key: string }

export type StripeIntent = {
  readonly id: string
  status: 'requires_payment_method' | 'requires_action' | 'succeeded' | 'canceled'
  declined: boolean
  readonly amount: number
  readonly currency: string
  readonly metadata: Metadata
}

export type StripeRefundRow = {
  readonly id: string
  readonly intentId: string
  readonly amount: number
  readonly currency: string
  readonly metadata: Metadata
}

export function intentJson(intent: StripeIntent, refunds: readonly StripeRefundRow[]) {
  const { id, status, declined, amount, currency, metadata } = intent
  const refunded = refunds.filter(({ intentId }) => intentId === id).reduce((sum, refund) => sum + refund.amount, 0)
  return {
    id,
    object: 'payment_intent',
    status,
    amount,
    amount_received: status === 'succeeded' ? amount : 0,
    currency,
    metadata,
    last_payment_error: declined
      ? { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' }
      : null,
    next_action:
      status === 'requires_action'
        ? { type: 'redirect_to_url', redirect_to_url: { url: `https://hooks.stripe.test/${id}`, return_url: null } }
        : null,
    latest_charge: status === 'succeeded' ? { id: `ch_${id}`, object: 'charge', amount_refunded: refunded } : null,
  }
}

export const refundJson = ({ id, intentId, amount, currency, metadata }: StripeRefundRow) => ({
  id,
  object: 'refund',
  status: 'succeeded',
  payment_intent: intentId,
  amount,
  currency,
  metadata,
})

/** Stripe is asked in forms. */
export const formOf = ({ body }: RecordedCall): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''))
