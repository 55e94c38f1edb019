import { z } from 'zod'
import type { ProviderPayment, ProviderRefund } from '../provider.ts'

/** The simulated provider's own objects, as it answers them and puts them into its webhooks. */
export const chargeSchema = z.object({
  reference: z.string(),
  key: z.string(),
  order_id: z.string(),
  state: z.enum(['captured', 'requires_action', 'pending', 'declined', 'cancelled']),
  captured_cents: z.int(),
  captured_currency: z.string(),
  refunded_cents: z.int(),
  reason: z.string().nullable(),
  action_url: z.string().nullable(),
})
export type SimulatedCharge = z.output<typeof chargeSchema>

export const refundSchema = z.object({
  reference: z.string(),
  /** Null for one that was made by hand. */
  key: z.string().nullable(),
  charge_reference: z.string(),
  state: z.enum(['succeeded', 'pending', 'failed']),
  amount_cents: z.int(),
  currency: z.string(),
})
export type SimulatedRefund = z.output<typeof refundSchema>

export const eventSchema = z.object({
  id: z.string(),
  created: z.int(),
  data: z.discriminatedUnion('object', [
    z.object({ object: z.literal('charge'), charge: chargeSchema }),
    z.object({ object: z.literal('refund'), refund: refundSchema }),
    z.object({ object: z.literal('dispute'), reference: z.string(), charge: chargeSchema }),
  ]),
})
export type SimulatedEvent = z.output<typeof eventSchema>

export function paymentOf(charge: SimulatedCharge): ProviderPayment {
  const { reference, state, captured_cents, captured_currency, refunded_cents, reason, action_url: url } = charge
  return {
    providerRef: reference,
    state,
    capturedCents: captured_cents,
    currency: captured_currency,
    refundedCents: refunded_cents,
    ...(state === 'requires_action' && url !== null ? { action: { type: 'redirect', url } } : {}),
    ...(state === 'declined' ? { declineReason: reason ?? 'declined' } : {}),
  }
}

export function refundOf({ reference, state, amount_cents, currency }: SimulatedRefund): ProviderRefund {
  return {
    providerRefundRef: reference,
    state,
    amountCents: amount_cents,
    currency,
    ...(state === 'failed' ? { failureReason: 'refused_by_bank' } : {}),
  }
}
