import { verify } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { type WebhookEvent, type WebhookFacts, type WebhookHeaders, WebhookRefused } from '../provider.ts'
import { refuseStale } from '../signed-payload.ts'
import { parseWebhookBody, readOrRefuse } from '../webhook-body.ts'
import type { PayPalCertificates } from './paypal-certificates.ts'
import { captureSchema, paymentOfCapture, refundOf, refundSchema } from './paypal-objects.ts'

export type PayPalWebhooks = {
  readonly certificates: PayPalCertificates
  /** PayPal's ids of the webhooks that lead here: part of what is signed. During a rotation there are two. */
  readonly webhookIds: readonly string[]
}

export type PayPalDelivery = { readonly raw: Uint8Array; readonly headers: WebhookHeaders; readonly now: Date }

export async function parsePayPalWebhook(webhooks: PayPalWebhooks, delivery: PayPalDelivery): Promise<WebhookEvent> {
  await verifyDelivery(webhooks, delivery)
  const { id, event_type: type, create_time, resource } = parseWebhookBody(delivery.raw, eventSchema)
  return { id, provider: 'paypal', type, occurredAt: new Date(create_time), ...factsOf(type, resource) }
}

/** Offline, as PayPal describes it: the certificate's key has signed id, time, webhook and the body's CRC-32. */
async function verifyDelivery(webhooks: PayPalWebhooks, { raw, headers, now }: PayPalDelivery): Promise<void> {
  const id = headers('paypal-transmission-id')
  const time = headers('paypal-transmission-time')
  const signature = headers('paypal-transmission-sig')
  if (!id || !time || !signature) throw new WebhookRefused('no_signature')
  if (headers('paypal-auth-algo') !== 'SHA256withRSA') throw new WebhookRefused('bad_signature')
  const signer = await webhooks.certificates.signer(headers('paypal-cert-url'), now)
  const sum = crc32(raw)
  const bytes = Buffer.from(signature, 'base64')
  const isSigned = webhooks.webhookIds.some((webhookId) => {
    const message = Buffer.from(`${id}|${time}|${webhookId}|${sum}`)
    return verify('RSA-SHA256', message, signer.publicKey, bytes)
  })
  if (!isSigned) throw new WebhookRefused('bad_signature')
  refuseStale(new Date(time), now)
}

const eventSchema = z.object({
  id: z.string(),
  event_type: z.string(),
  create_time: z.iso.datetime({ offset: true }),
  resource: z.unknown(),
})

const orderResource = z.object({
  id: z.string(),
  purchase_units: z.array(z.object({ custom_id: z.string(), invoice_id: z.string() }).partial()).default([]),
})

const disputeResource = z.object({
  dispute_id: z.string(),
  disputed_transactions: z.array(z.object({ invoice_number: z.string(), custom: z.string() }).partial()).default([]),
})

const ofOrder = ['CHECKOUT.ORDER.APPROVED', 'CHECKOUT.PAYMENT-APPROVAL.REVERSED']
const ofCapture = [
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.PENDING',
  'PAYMENT.CAPTURE.DENIED',
  'PAYMENT.CAPTURE.DECLINED',
]
const ofRefund = [
  'PAYMENT.CAPTURE.REFUNDED',
  'PAYMENT.CAPTURE.REVERSED',
  'PAYMENT.REFUND.PENDING',
  'PAYMENT.REFUND.FAILED',
]

function factsOf(type: string, resource: unknown): WebhookFacts {
  if (ofOrder.includes(type)) {
    const { id: providerRef, purchase_units } = readOrRefuse(orderResource, resource)
    const { custom_id: orderId, invoice_id: key } = purchase_units[0] ?? {}
    return { kind: 'payment', providerRef, key, orderId }
  }
  if (ofCapture.includes(type)) {
    const capture = readOrRefuse(captureSchema, resource)
    const orderRef = capture.supplementary_data?.related_ids?.order_id
    const subject = { providerRef: orderRef, key: capture.invoice_id, orderId: capture.custom_id }
    if (orderRef === undefined) return { ...subject, kind: 'payment' }
    return { ...subject, kind: 'payment', payment: paymentOfCapture({ capture, orderRef }) }
  }
  if (ofRefund.includes(type)) {
    const refund = readOrRefuse(refundSchema, resource)
    return { kind: 'refund', key: refund.invoice_id, orderId: refund.custom_id, refund: refundOf(refund) }
  }
  if (type === 'CUSTOMER.DISPUTE.CREATED') {
    const { dispute_id: disputeRef, disputed_transactions } = readOrRefuse(disputeResource, resource)
    const { invoice_number: key, custom: orderId } = disputed_transactions[0] ?? {}
    return { kind: 'dispute', key, orderId, disputeRef }
  }
  return { kind: 'ignored' }
}
