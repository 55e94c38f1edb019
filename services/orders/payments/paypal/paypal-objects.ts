import { z } from 'zod'
import type { ProviderPayment, ProviderRefund } from '../provider.ts'
import { payPalAmountSchema } from './paypal-amounts.ts'

const links = z.array(z.object({ rel: z.string(), href: z.string() })).default([])
const details = z.object({ reason: z.string().optional() }).optional()

export const captureSchema = z.object({
  id: z.string(),
  status: z.string(),
  amount: payPalAmountSchema,
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
  status_details: details,
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string() }).partial().optional() }).optional(),
})
export type PayPalCapture = z.output<typeof captureSchema>

export const refundSchema = z.object({
  id: z.string(),
  status: z.string(),
  amount: payPalAmountSchema,
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
  status_details: details,
})
export type PayPalRefund = z.output<typeof refundSchema>

export const orderSchema = z.object({
  id: z.string(),
  status: z.string(),
  purchase_units: z
    .array(
      z.object({
        payments: z
          .object({ captures: z.array(captureSchema), refunds: z.array(refundSchema) })
          .partial()
          .optional(),
      }),
    )
    .default([]),
  links,
})
export type PayPalOrder = z.output<typeof orderSchema>

export const refusalSchema = z.object({
  name: z.string().default('no name'),
  details: z.array(z.object({ issue: z.string(), field: z.string().optional() })).default([]),
  links,
})
export type PayPalRefusal = z.output<typeof refusalSchema>

export const captureOf = (order: PayPalOrder): PayPalCapture | undefined =>
  order.purchase_units[0]?.payments?.captures?.at(-1)

export const refundsOf = (order: PayPalOrder): readonly PayPalRefund[] =>
  order.purchase_units[0]?.payments?.refunds ?? []

/** Where the customer approves; PayPal names the link by the way the order was made. */
export const approvalOf = ({ links }: Pick<PayPalOrder, 'links'>): string | undefined =>
  links.find(({ rel }) => rel === 'payer-action' || rel === 'approve')?.href

export type CaptureFacts = { readonly capture: PayPalCapture; readonly orderRef: string }

export function paymentOfCapture({ capture, orderRef }: CaptureFacts): ProviderPayment {
  const { cents, currency } = capture.amount
  const nothing = { providerRef: orderRef, capturedCents: 0, currency }
  switch (capture.status) {
    case 'COMPLETED':
    case 'PARTIALLY_REFUNDED':
    case 'REFUNDED':
      return { ...nothing, state: 'captured', capturedCents: cents }
    case 'PENDING':
      return { ...nothing, state: 'pending' }
    default:
      return { ...nothing, state: 'declined', declineReason: reasonOf(capture) ?? 'declined' }
  }
}

export function paymentOfOrder(order: PayPalOrder, currency: string): ProviderPayment | undefined {
  const capture = captureOf(order)
  if (capture !== undefined) {
    const given = refundsOf(order).filter(({ status }) => status === 'COMPLETED' || status === 'PENDING')
    const refundedCents = given.reduce((sum, { amount }) => sum + amount.cents, 0)
    return { ...paymentOfCapture({ capture, orderRef: order.id }), refundedCents }
  }
  const nothing = { providerRef: order.id, capturedCents: 0, currency }
  if (order.status === 'VOIDED') return { ...nothing, state: 'cancelled' }
  const url = approvalOf(order)
  if (order.status === 'COMPLETED' || url === undefined) return undefined
  return { ...nothing, state: 'requires_action', action: { type: 'redirect', url } }
}

export function refundOf(refund: PayPalRefund): ProviderRefund {
  const { cents: amountCents, currency } = refund.amount
  const common = { providerRefundRef: refund.id, amountCents, currency }
  if (refund.status === 'COMPLETED') return { ...common, state: 'succeeded' }
  if (refund.status === 'PENDING') return { ...common, state: 'pending' }
  return { ...common, state: 'failed', failureReason: reasonOf(refund) ?? refund.status.toLowerCase() }
}

const reasonOf = ({ status_details: details }: PayPalCapture | PayPalRefund): string | undefined =>
  details?.reason?.toLowerCase()
