import { expect, test } from 'vitest'
import { payPalCertificates } from './paypal/paypal-certificates.ts'
import { parsePayPalWebhook } from './paypal/paypal-webhook.ts'
import { signedHeader } from './signed-payload.ts'
import { parseStripeWebhook } from './stripe/stripe-webhook.ts'
import { payPalSigner } from './testing/paypal-signer.ts'

const now = new Date('2026-11-22T13:37:00.000Z')
const created = now.getTime() / 1_000
const secret = 'whsec_of_the_tests_0123456789'

const stripe = (type: string, object: unknown) => {
  const raw = Buffer.from(JSON.stringify({ id: 'evt_1', type, created, data: { object } }))
  const header = signedHeader({ raw, secret, now })
  return parseStripeWebhook({ raw, headers: () => header, now, secrets: [secret] })
}

const signer = payPalSigner(now)
const certificates = payPalCertificates({ fetch: async () => signer.chain, roots: [signer.root] })
const paypal = (event_type: string, resource: unknown) => {
  const body = JSON.stringify({ id: 'WH-1', event_type, create_time: now.toISOString(), resource })
  const headers = signer.sign(body, { webhookId: 'WEBHOOK1', at: now })
  const delivery = { raw: Buffer.from(body), headers: (name: string) => headers[name], now }
  return parsePayPalWebhook({ certificates, webhookIds: ['WEBHOOK1'] }, delivery)
}

const intent = {
  object: 'payment_intent',
  id: 'pi_1',
  status: 'requires_payment_method',
  amount_received: 0,
  currency: 'eur',
  metadata: { order_id: 'order-1', key: 'order:1:pay:1' },
  last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
}
const stripeRefund = {
  object: 'refund',
  id: 're_1',
  amount: 500,
  currency: 'eur',
  status: 'succeeded',
  payment_intent: 'pi_1',
}
const subject = { providerRef: 'pi_1', key: 'order:1:pay:1', orderId: 'order-1' }

test('Stripe tells of payments, of refunds and of disputes', () => {
  expect(stripe('payment_intent.payment_failed', intent)).toEqual({
    id: 'evt_1',
    provider: 'stripe',
    type: 'payment_intent.payment_failed',
    occurredAt: now,
    kind: 'payment',
    ...subject,
    payment: {
      providerRef: 'pi_1',
      state: 'declined',
      capturedCents: 0,
      currency: 'EUR',
      declineReason: 'insufficient_funds',
    },
  })
  expect(stripe('payment_intent.processing', { ...intent, status: 'processing' })).toMatchObject({
    payment: { state: 'pending' },
  })
  expect(stripe('payment_intent.canceled', { ...intent, status: 'canceled' })).toMatchObject({
    payment: { state: 'cancelled' },
  })
  const ours = { ...stripeRefund, metadata: { order_id: 'order-1', key: 'refund-1' } }
  expect(stripe('refund.created', ours)).toMatchObject({
    kind: 'refund',
    providerRef: 'pi_1',
    key: 'refund-1',
    refund: { providerRefundRef: 're_1', state: 'succeeded', amountCents: 500, currency: 'EUR' },
  })
  expect(stripe('charge.dispute.created', { object: 'dispute', id: 'dp_1', payment_intent: 'pi_1' })).toMatchObject({
    kind: 'dispute',
    providerRef: 'pi_1',
    disputeRef: 'dp_1',
  })
})

test('a refund that was made in the dashboard names its payment and no key of ours', () => {
  const event = stripe('refund.created', { ...stripeRefund, metadata: {} })
  expect(event).toMatchObject({ kind: 'refund', providerRef: 'pi_1' })
  expect(event.key).toBeUndefined()
  expect(
    stripe('refund.failed', { ...stripeRefund, status: 'failed', failure_reason: 'lost_or_stolen_card' }),
  ).toMatchObject({
    refund: { state: 'failed', failureReason: 'lost_or_stolen_card' },
  })
})

test('events of another kind, and payments of another shop, are ignored', async () => {
  expect(stripe('customer.created', { object: 'customer' })).toMatchObject({
    kind: 'ignored',
    type: 'customer.created',
  })
  expect(stripe('payment_intent.succeeded', { ...intent, metadata: {} })).toMatchObject({ kind: 'ignored' })
  expect(await paypal('BILLING.PLAN.CREATED', {})).toMatchObject({ kind: 'ignored' })
})

test('what is signed and cannot be read is refused', async () => {
  expect(() => stripe('payment_intent.succeeded', { ...intent, status: 'of the future' })).toThrow('unreadable')
  await expect(paypal('PAYMENT.CAPTURE.COMPLETED', { id: 'CAPTURE1' })).rejects.toThrow('unreadable')
})

const capture = {
  id: 'CAPTURE1',
  status: 'COMPLETED',
  amount: { currency_code: 'JPY', value: '500' },
  custom_id: 'order-1',
  invoice_id: 'order:1:pay:1',
  supplementary_data: { related_ids: { order_id: 'ORDER1' } },
}
const ofPayPal = { providerRef: 'ORDER1', key: 'order:1:pay:1', orderId: 'order-1' }

test('PayPal tells of approvals, of payments, of refunds and of disputes', async () => {
  const units = [{ custom_id: 'order-1', invoice_id: 'order:1:pay:1' }]
  const approved = await paypal('CHECKOUT.ORDER.APPROVED', { id: 'ORDER1', purchase_units: units })
  expect(approved).toMatchObject({ kind: 'payment', ...ofPayPal })
  expect(approved).not.toHaveProperty('payment')
  expect(await paypal('PAYMENT.CAPTURE.COMPLETED', capture)).toMatchObject({
    kind: 'payment',
    ...ofPayPal,
    payment: { providerRef: 'ORDER1', state: 'captured', capturedCents: 500, currency: 'JPY' },
  })
  const denied = { ...capture, status: 'DECLINED', status_details: { reason: 'BUYER_COMPLAINT' } }
  expect(await paypal('PAYMENT.CAPTURE.DENIED', denied)).toMatchObject({
    payment: { state: 'declined', capturedCents: 0, declineReason: 'buyer_complaint' },
  })
  const refund = {
    id: 'REFUND1',
    status: 'COMPLETED',
    amount: capture.amount,
    custom_id: 'order-1',
    invoice_id: 'refund-1',
  }
  expect(await paypal('PAYMENT.CAPTURE.REFUNDED', refund)).toMatchObject({
    kind: 'refund',
    key: 'refund-1',
    orderId: 'order-1',
    refund: { providerRefundRef: 'REFUND1', state: 'succeeded', amountCents: 500, currency: 'JPY' },
  })
  const disputed_transactions = [{ invoice_number: 'order:1:pay:1', custom: 'order-1' }]
  expect(await paypal('CUSTOMER.DISPUTE.CREATED', { dispute_id: 'PP-D-1', disputed_transactions })).toMatchObject({
    kind: 'dispute',
    key: 'order:1:pay:1',
    orderId: 'order-1',
    disputeRef: 'PP-D-1',
  })
})
