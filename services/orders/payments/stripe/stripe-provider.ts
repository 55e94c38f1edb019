import { z } from 'zod'
import type { KnownPayment, PaymentProvider, PaymentRequest, ProviderPayment } from '../provider.ts'
import type { Operation, ProviderHttp } from '../provider-http.ts'
import { toStripeAmount } from './stripe-amounts.ts'
import { type StripeAccount, type StripeRefusal, stripeSession } from './stripe-client.ts'
import { type PaymentIntent, paymentIntentSchema, paymentOf, refundOf, refundSchema } from './stripe-objects.ts'
import { parseStripeWebhook } from './stripe-webhook.ts'

export type StripeParts = StripeAccount & {
  readonly http: ProviderHttp
  readonly webhookSecrets: readonly string[]
  /** Where the customer comes back to after an action. */
  returnUrl(orderId: string): string
}

type Ask = ReturnType<typeof stripeSession>

/**
 * An intent is made under `<key>:create`, which moves nothing, and confirmed under the key. So a payment whose answer was
 * lost is found again exactly, by making it again: Stripe's search is up to a minute behind.
 */
export function stripeProvider({ http, webhookSecrets, returnUrl, ...account }: StripeParts): PaymentProvider {
  const begin = (signal: AbortSignal) => {
    const operation = http.begin(signal)
    return { operation, ask: stripeSession(account, operation) }
  }

  return {
    name: 'stripe',
    async charge({ methodToken, signal, ...request }) {
      const { operation, ask } = begin(signal)
      const made = await makeIntent(ask, { request, operation })
      if ('declined' in made) return made.declined
      const reply = await ask(paymentIntentSchema, (stripe) =>
        stripe.paymentIntents.confirm(
          made.intent.id,
          { ...methodOf(methodToken), off_session: false, return_url: returnUrl(request.orderId) },
          { idempotencyKey: request.key },
        ),
      )
      if ('value' in reply) return paymentOf(reply.value) ?? pending(reply.value)
      return afterRefusal(ask, { operation, refusal: reply.refusal, intent: made.intent })
    },
    async fetch(payment, signal) {
      const { operation, ask } = begin(signal)
      const intent = await knownIntent(ask, { payment, operation })
      return intent === undefined ? undefined : paymentOf(intent)
    },
    async look({ providerRef: id }, signal) {
      const { operation, ask } = begin(signal)
      const intent = await retrieve(ask, { id, operation })
      return intent && paymentOf(intent)
    },
    async cancel({ signal, ...payment }) {
      const { operation, ask } = begin(signal)
      const known = await intentId(ask, { payment, operation })
      if (known === undefined) return nothingToCancel(payment)
      const idempotencyKey = `${payment.key}:cancel`
      const reply = await ask(paymentIntentSchema, (stripe) =>
        stripe.paymentIntents.cancel(known, {}, { idempotencyKey }),
      )
      if ('value' in reply) return paymentOf(reply.value) ?? pending(reply.value)
      const intent = await retrieve(ask, { id: known, operation })
      return (intent && paymentOf(intent)) ?? nothingToCancel(payment)
    },
    async refund({ key, orderId, providerRef, amountCents, currency, signal }) {
      const { ask } = begin(signal)
      const failed = (failureReason: string) =>
        ({ providerRefundRef: null, state: 'failed', amountCents, currency, failureReason }) as const
      const amount = toStripeAmount(amountCents, currency)
      if (amount === undefined) return failed('amount_not_supported')
      const metadata = { order_id: orderId, key }
      const reply = await ask(refundSchema, (stripe) =>
        stripe.refunds.create({ payment_intent: providerRef, amount, metadata }, { idempotencyKey: key }),
      )
      if ('value' in reply) return refundOf(reply.value)
      const { code, parameter } = reply.refusal
      // Stripe gives "more than what is left" no code of its own, only the parameter.
      const tooMuch = parameter === 'amount' || code === 'charge_already_refunded'
      return failed(tooMuch ? 'exceeds_captured' : (code ?? 'refused'))
    },
    async fetchRefund({ key, providerRef, providerRefundRef }, signal) {
      const { operation, ask } = begin(signal)
      if (providerRefundRef !== undefined) {
        const reply = await ask(refundSchema, (stripe) => stripe.refunds.retrieve(providerRefundRef))
        return 'value' in reply ? refundOf(reply.value) : undefined
      }
      const page = z.object({ data: z.array(refundSchema) })
      const reply = await ask(page, (stripe) => stripe.refunds.list({ payment_intent: providerRef, limit: 100 }))
      if ('refusal' in reply) throw refused(operation, reply.refusal)
      const ours = reply.value.data.find(({ metadata }) => metadata?.key === key)
      return ours === undefined ? undefined : refundOf(ours)
    },
    async parseWebhook(raw, headers, now) {
      return parseStripeWebhook({ raw, headers, now, secrets: webhookSecrets })
    },
    check: http.check,
    close: async () => http.close(),
  }
}

type Wanted = { readonly request: PaymentRequest; readonly operation: Operation }
type Known = { readonly payment: KnownPayment; readonly operation: Operation }

/** The same intent each time, as long as Stripe knows the key: a day at least. */
async function makeIntent(
  ask: Ask,
  { request, operation }: Wanted,
): Promise<{ readonly intent: PaymentIntent } | { readonly declined: ProviderPayment }> {
  const { key, orderId, amountCents, currency } = request
  const declined = (declineReason: string) => ({
    declined: { providerRef: null, state: 'declined', capturedCents: 0, currency, declineReason } as const,
  })
  const amount = toStripeAmount(amountCents, currency)
  if (amount === undefined) return declined('amount_not_supported')
  const reply = await ask(paymentIntentSchema, (stripe) =>
    stripe.paymentIntents.create(
      {
        amount,
        currency: currency.toLowerCase(),
        capture_method: 'automatic',
        automatic_payment_methods: { enabled: true },
        metadata: { order_id: orderId, key },
      },
      { idempotencyKey: `${key}:create` },
    ),
  )
  if ('value' in reply) return { intent: reply.value }
  const { parameter, code } = reply.refusal
  if (parameter === 'amount' || parameter === 'currency') return declined(code ?? `${parameter}_not_supported`)
  throw refused(operation, reply.refusal)
}

async function knownIntent(ask: Ask, known: Known): Promise<PaymentIntent | undefined> {
  const id = await intentId(ask, known)
  return id === undefined ? undefined : retrieve(ask, { id, operation: known.operation })
}

async function intentId(ask: Ask, { payment, operation }: Known): Promise<string | undefined> {
  if (payment.providerRef !== undefined) return payment.providerRef
  const made = await makeIntent(ask, { request: payment, operation })
  return 'intent' in made ? made.intent.id : undefined
}

type Retrieve = { readonly id: string; readonly operation: Operation }

async function retrieve(ask: Ask, { id, operation }: Retrieve): Promise<PaymentIntent | undefined> {
  const expand = ['latest_charge']
  const reply = await ask(paymentIntentSchema, (stripe) => stripe.paymentIntents.retrieve(id, { expand }))
  if ('value' in reply) return reply.value
  if (reply.refusal.status === 404) return undefined
  throw refused(operation, reply.refusal)
}

type Refusal = { readonly operation: Operation; readonly refusal: StripeRefusal; readonly intent: PaymentIntent }

async function afterRefusal(ask: Ask, { operation, refusal, intent }: Refusal): Promise<ProviderPayment> {
  const { status, code, declineCode, parameter } = refusal
  if (code === 'payment_intent_unexpected_state') {
    const now = await retrieve(ask, { id: intent.id, operation })
    const payment = now && paymentOf(now)
    if (payment !== undefined) return payment
  }
  const ofTheMethod = parameter?.startsWith('payment_method') || parameter === 'confirmation_token'
  if (status !== 402 && !ofTheMethod) throw refused(operation, refusal)
  const declineReason = declineCode ?? code ?? 'declined'
  return { providerRef: intent.id, state: 'declined', capturedCents: 0, currency: intent.currency, declineReason }
}

/** What the browser made of the card: a PaymentMethod, or a ConfirmationToken. */
const methodOf = (token: string) =>
  token.startsWith('ctoken_') ? { confirmation_token: token } : { payment_method: token }

/** Confirmed and yet without a word of what became of it: the webhook or the poller will tell. */
const pending = ({ id, currency }: PaymentIntent): ProviderPayment => ({
  providerRef: id,
  state: 'pending',
  capturedCents: 0,
  currency,
})

const nothingToCancel = ({ currency }: PaymentRequest): ProviderPayment => ({
  providerRef: null,
  state: 'cancelled',
  capturedCents: 0,
  currency,
})

const refused = (operation: Operation, { status, code, parameter }: StripeRefusal) =>
  operation.unplanned({ status, reason: `${code ?? 'no code'} ${parameter ?? ''}`.trim() })
