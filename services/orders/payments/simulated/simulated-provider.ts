import { z } from 'zod'
import { parseJson } from '../../../kit/parse-json.ts'
import type { KnownPayment, PaymentProvider, ProviderPayment, WebhookEvent, WebhookFacts } from '../provider.ts'
import type { Operation, ProviderHttp } from '../provider-http.ts'
import { verifySignedPayload } from '../signed-payload.ts'
import { parseWebhookBody } from '../webhook-body.ts'
import {
  chargeSchema,
  eventSchema,
  paymentOf,
  refundOf,
  refundSchema,
  type SimulatedEvent,
} from './simulated-objects.ts'

export const simulatedSignatureHeader = 'simulated-signature'

export type SimulatedParts = {
  readonly http: ProviderHttp
  readonly secrets: () => Promise<readonly string[]>
  /** Ends what delivers its webhooks. */
  close(): Promise<void>
}

const refusalSchema = z.object({ code: z.string() })

/** For tests and the local platform: no money, and otherwise as demanding as a real one. */
export function simulatedProvider({ http, secrets, close }: SimulatedParts): PaymentProvider {
  async function fetch({ key }: KnownPayment, signal: AbortSignal): Promise<ProviderPayment | undefined> {
    const path = `/charges?key=${encodeURIComponent(key)}`
    const reply = await ask(http.begin(signal), { method: 'GET', path, answer: chargeSchema })
    return 'answer' in reply ? paymentOf(reply.answer) : undefined
  }

  return {
    name: 'simulated',
    async charge({ key, orderId, amountCents, currency, methodToken, signal }) {
      const operation = http.begin(signal)
      const body = { key, order_id: orderId, amount_cents: amountCents, currency, method_token: methodToken }
      const reply = await ask(operation, { method: 'POST', path: '/charges', body, answer: chargeSchema })
      if ('answer' in reply) return paymentOf(reply.answer)
      throw operation.unplanned({ status: reply.status, reason: reply.code })
    },
    fetch,
    look: fetch,
    async cancel({ key, orderId, amountCents, currency, signal }) {
      const operation = http.begin(signal)
      const body = { key, order_id: orderId, amount_cents: amountCents, currency }
      const reply = await ask(operation, { method: 'POST', path: '/cancel', body, answer: chargeSchema })
      if ('answer' in reply) return paymentOf(reply.answer)
      throw operation.unplanned({ status: reply.status, reason: reply.code })
    },
    async refund({ key, providerRef, amountCents, currency, signal }) {
      const body = { key, charge_reference: providerRef, amount_cents: amountCents, currency }
      const call = { method: 'POST', path: '/refunds', body, answer: refundSchema } as const
      const reply = await ask(http.begin(signal), call)
      if ('answer' in reply) return refundOf(reply.answer)
      return { providerRefundRef: null, state: 'failed', amountCents, currency, failureReason: reply.code }
    },
    async fetchRefund({ key, providerRefundRef: reference }, signal) {
      const path = `/refunds?${new URLSearchParams({ key, ...(reference === undefined ? {} : { reference }) })}`
      const reply = await ask(http.begin(signal), { method: 'GET', path, answer: refundSchema })
      return 'answer' in reply ? refundOf(reply.answer) : undefined
    },
    async parseWebhook(raw, headers, now) {
      verifySignedPayload({ raw, header: headers(simulatedSignatureHeader), secrets: await secrets(), now })
      return eventOf(parseWebhookBody(raw, eventSchema))
    },
    check: http.check,
    async close() {
      http.close()
      await close()
    },
  }
}

type BankCall<Answer> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly answer: z.ZodType<Answer>
}

type BankReply<Answer> = { readonly answer: Answer } | { readonly status: number; readonly code: string }

async function ask<Answer>(operation: Operation, call: BankCall<Answer>): Promise<BankReply<Answer>> {
  const { status, text } = await operation.exchange({
    method: call.method,
    url: new URL(call.path, 'http://simulated.invalid'),
    headers: {},
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    moves: call.path === '/charges' || call.path === '/refunds' ? 'money' : 'nothing',
  })
  const body = parseJson(text)
  if (status >= 400) return { status, code: refusalSchema.parse(body).code }
  return { answer: call.answer.parse(body) }
}

function eventOf({ id, created, data }: SimulatedEvent): WebhookEvent {
  const type = data.object === 'dispute' ? 'dispute' : `${data.object}.${factsState(data)}`
  return { id, provider: 'simulated', type, occurredAt: new Date(created * 1_000), ...factsOf(data) }
}

const factsState = (data: Exclude<SimulatedEvent['data'], { object: 'dispute' }>): string =>
  data.object === 'charge' ? data.charge.state : data.refund.state

function factsOf(data: SimulatedEvent['data']): WebhookFacts {
  if (data.object === 'refund') {
    const { refund } = data
    return {
      kind: 'refund',
      providerRef: refund.charge_reference,
      key: refund.key ?? undefined,
      refund: refundOf(refund),
    }
  }
  const { charge } = data
  const subject = { providerRef: charge.reference, key: charge.key, orderId: charge.order_id }
  if (data.object === 'dispute') return { ...subject, kind: 'dispute', disputeRef: data.reference }
  return { ...subject, kind: 'payment', payment: paymentOf(charge) }
}
