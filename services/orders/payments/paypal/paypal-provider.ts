import type { KnownPayment, PaymentProvider, PaymentRequest, ProviderPayment } from '../provider.ts'
import type { Operation, ProviderHttp } from '../provider-http.ts'
import { toPayPalAmount } from './paypal-amounts.ts'
import { type PayPalAccount, type PayPalAsk, payPalApi } from './paypal-api.ts'
import { methodOf } from './paypal-method.ts'
import {
  approvalOf,
  captureOf,
  orderSchema,
  type PayPalOrder,
  type PayPalRefusal,
  paymentOfOrder,
  refundOf,
  refundSchema,
  refundsOf,
} from './paypal-objects.ts'
import { type PayPalWebhooks, parsePayPalWebhook } from './paypal-webhook.ts'

export type PayPalParts = PayPalAccount & {
  readonly http: ProviderHttp
  readonly webhooks: PayPalWebhooks
  /** Where the customer comes back to after the approval. */
  returnUrl(orderId: string): string
}

/**
 * An order is made under `<key>:create`, which moves nothing, and captured under the key. So a payment whose answer was lost
 * is found again by making it again: PayPal has no search for orders. It keeps request ids for six hours, and answers one
 * with what it answered first: what the customer has approved is captured under `<key>:approved`, as a saved method may
 * have been told under the key that it needs an approval. PayPal captures an order once, under whatever id.
 */
export function payPalProvider({ http, webhooks, returnUrl, ...account }: PayPalParts): PaymentProvider {
  const api = payPalApi(account, http)

  async function makeOrder({ ask, operation }: Session, request: PaymentRequest): Promise<PayPalOrder | undefined> {
    const amount = toPayPalAmount(request.amountCents, request.currency)
    if (amount === undefined) return undefined
    const back = returnUrl(request.orderId)
    const reply = await ask({
      method: 'POST',
      path: '/v2/checkout/orders',
      requestId: `${request.key}:create`,
      body: {
        intent: 'CAPTURE',
        purchase_units: [{ custom_id: request.orderId, invoice_id: request.key, amount }],
        application_context: {
          return_url: back,
          cancel_url: back,
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
        },
      },
      answer: orderSchema,
    })
    if ('answer' in reply) return reply.answer
    throw refused(operation, reply.refusal)
  }

  async function knownOrder(session: Session, payment: KnownPayment): Promise<PayPalOrder | undefined> {
    if (payment.providerRef !== undefined) return readOrder(session, payment.providerRef)
    const made = await makeOrder(session, payment)
    return made && readOrder(session, made.id)
  }

  return {
    name: 'paypal',
    async charge({ methodToken, signal, ...request }) {
      const session = api.begin(signal)
      const method = methodOf(methodToken)
      if (method === undefined) return declined(request, 'invalid_method')
      const order = await makeOrder(session, request)
      if (order === undefined) return declined(request, 'currency_not_supported')
      if (method === 'approval') {
        const current = await readOrder(session, order.id)
        return (current && paymentOfOrder(current, request.currency)) ?? declined(request, 'not_approved')
      }
      return capture(session, { order, request, requestId: request.key, body: { payment_source: method } })
    },
    async fetch(payment, signal) {
      const session = api.begin(signal)
      const order = await knownOrder(session, payment)
      if (order === undefined) return undefined
      if (order.status === 'APPROVED' && captureOf(order) === undefined) {
        return capture(session, { order, request: payment, requestId: `${payment.key}:approved`, body: {} })
      }
      const found = paymentOfOrder(order, payment.currency)
      // Nobody was ever told where to approve it.
      const neverShown = found?.state === 'requires_action' && payment.providerRef === undefined
      return neverShown ? undefined : found
    },
    async look({ providerRef, currency }, signal) {
      const order = await readOrder(api.begin(signal), providerRef)
      return order && paymentOfOrder(order, currency)
    },
    async cancel({ signal, ...payment }) {
      const session = api.begin(signal)
      const order = await knownOrder(session, payment)
      const found = order && captureOf(order) && paymentOfOrder(order, payment.currency)
      // PayPal has no way to cancel an order, and needs none: only we capture, and it forgets what nobody captures.
      return found ?? { ...nothing(payment), providerRef: order?.id ?? null, state: 'cancelled' }
    },
    async refund({ key, orderId, providerRef, amountCents, currency, signal }) {
      const session = api.begin(signal)
      const failed = (failureReason: string) =>
        ({ providerRefundRef: null, state: 'failed', amountCents, currency, failureReason }) as const
      const amount = toPayPalAmount(amountCents, currency)
      if (amount === undefined) return failed('currency_not_supported')
      const order = await readOrder(session, providerRef)
      const captured = order && captureOf(order)
      if (captured === undefined) return failed('not_captured')
      const reply = await session.ask({
        method: 'POST',
        path: `/v2/payments/captures/${captured.id}/refund`,
        requestId: key,
        moves: 'money',
        body: { amount, custom_id: orderId, invoice_id: key },
        answer: refundSchema,
      })
      if ('answer' in reply) return refundOf(reply.answer)
      const issue = issueOf(reply.refusal)
      const tooMuch = issue === 'REFUND_AMOUNT_EXCEEDED' || issue === 'CAPTURE_FULLY_REFUNDED'
      return failed(tooMuch ? 'exceeds_captured' : issue.toLowerCase())
    },
    async fetchRefund({ key, providerRef, providerRefundRef }, signal) {
      const session = api.begin(signal)
      if (providerRefundRef === undefined) {
        const order = await readOrder(session, providerRef)
        const ours = order && refundsOf(order).find(({ invoice_id }) => invoice_id === key)
        return ours && refundOf(ours)
      }
      const path = `/v2/payments/refunds/${encodeURIComponent(providerRefundRef)}`
      const reply = await session.ask({ method: 'GET', path, answer: refundSchema })
      return 'answer' in reply ? refundOf(reply.answer) : undefined
    },
    parseWebhook: (raw, headers, now) => parsePayPalWebhook(webhooks, { raw, headers, now }),
    check: http.check,
    async close() {
      http.close()
      webhooks.certificates.close()
    },
  }
}

type Session = { readonly ask: PayPalAsk; readonly operation: Operation }

async function readOrder({ ask, operation }: Session, id: string): Promise<PayPalOrder | undefined> {
  const path = `/v2/checkout/orders/${encodeURIComponent(id)}`
  const reply = await ask({ method: 'GET', path, answer: orderSchema })
  if ('answer' in reply) return reply.answer
  // An order that nobody approved is gone after some hours.
  if (reply.refusal.status === 404) return undefined
  throw refused(operation, reply.refusal)
}

/** By another try, which has ended or has not: the order tells. */
const takenAlready = ['ORDER_ALREADY_CAPTURED', 'DUPLICATE_REQUEST_ID', 'PREVIOUS_REQUEST_IN_PROGRESS']

type Capture = {
  readonly order: PayPalOrder
  readonly request: PaymentRequest
  readonly requestId: string
  readonly body: object
}

async function capture(session: Session, { order, request, requestId, body }: Capture): Promise<ProviderPayment> {
  const path = `/v2/checkout/orders/${encodeURIComponent(order.id)}/capture`
  const reply = await session.ask({
    method: 'POST',
    path,
    body,
    requestId,
    moves: 'money',
    answer: orderSchema,
  })
  const common = { ...nothing(request), providerRef: order.id }
  if ('answer' in reply) return paymentOfOrder(reply.answer, request.currency) ?? { ...common, state: 'pending' }
  const issue = issueOf(reply.refusal)
  if (takenAlready.includes(issue)) {
    const current = await readOrder(session, order.id)
    return (current && paymentOfOrder(current, request.currency)) ?? { ...common, state: 'pending' }
  }
  const url = approvalOf(reply.refusal) ?? approvalOf(order)
  if ((issue === 'PAYER_ACTION_REQUIRED' || issue === 'ORDER_NOT_APPROVED') && url !== undefined) {
    return { ...common, state: 'requires_action', action: { type: 'redirect', url } }
  }
  const ofTheMethod = reply.refusal.details[0]?.field?.startsWith('/payment_source') ?? false
  if (reply.refusal.status !== 422 && !ofTheMethod) throw refused(session.operation, reply.refusal)
  return { ...common, state: 'declined', declineReason: issue.toLowerCase() }
}

const nothing = ({ currency }: PaymentRequest) => ({ providerRef: null, capturedCents: 0, currency })

const declined = (request: PaymentRequest, declineReason: string): ProviderPayment => ({
  ...nothing(request),
  state: 'declined',
  declineReason,
})

const issueOf = ({ details, name }: PayPalRefusal): string => details[0]?.issue ?? name

const refused = (operation: Operation, refusal: PayPalRefusal & { readonly status: number }) =>
  operation.unplanned({ status: refusal.status, reason: issueOf(refusal) })
