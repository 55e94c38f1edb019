import { z } from 'zod'
import { providerNames, type WebhookEvent } from '../payments/provider.ts'

const subject = {
  id: z.string(),
  provider: z.enum(providerNames),
  type: z.string(),
  occurredAt: z.coerce.date(),
  providerRef: z.string().optional(),
  key: z.string().optional(),
  orderId: z.string().optional(),
}

const money = { capturedCents: z.int().min(0), currency: z.string(), refundedCents: z.int().min(0).optional() }

const payment = z.object({
  providerRef: z.string().nullable(),
  state: z.enum(['captured', 'requires_action', 'pending', 'declined', 'cancelled']),
  ...money,
  action: z.object({ type: z.literal('redirect'), url: z.string() }).optional(),
  declineReason: z.string().optional(),
})

const refund = z.object({
  providerRefundRef: z.string().nullable(),
  state: z.enum(['succeeded', 'pending', 'failed']),
  amountCents: z.int().min(0),
  currency: z.string(),
  failureReason: z.string().optional(),
})

/** A provider's event as it was kept: what WebhookEvent says, read back from the table. */
export const webhookFacts = z.discriminatedUnion('kind', [
  z.object({ ...subject, kind: z.literal('payment'), payment: payment.optional() }),
  z.object({ ...subject, kind: z.literal('refund'), refund }),
  z.object({ ...subject, kind: z.literal('dispute'), disputeRef: z.string() }),
  z.object({ ...subject, kind: z.literal('ignored') }),
]) satisfies z.ZodType<WebhookEvent>
