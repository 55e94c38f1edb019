import { randomUUID } from 'node:crypto'
import {
  type RecordedCall,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../../kit/testing/scripted-server.ts'
import { signedHeader } from '../signed-payload.ts'
import { idempotentAnswers } from './idempotent-answers.ts'
import { formOf, intentJson, refundJson, type StripeIntent, type StripeRefundRow } from './stripe-server-objects.ts'

/** How a payment method behaves at it; any other is one that Stripe does not know. */
export const stripeMethods = {
  ok: 'pm_ok',
  declined: 'pm_declined',
  needsAction: 'pm_needs_action',
  chargedThenTimeout: 'pm_charged_then_timeout',
  chargedThen500: 'pm_charged_then_500',
  failsTwice: 'pm_500_twice_then_ok',
} as const

export type StripeServer = Pick<ScriptedServer, 'url' | 'calls' | 'unplanned' | 'forget'> & {
  readonly intents: ReadonlyMap<string, StripeIntent>
  readonly refunds: readonly StripeRefundRow[]
  /** The customer did what was asked for. */
  authenticate(intentId: string): void
  /** Every answer is a 503 until it is up again. */
  down(isDown: boolean): void
  /** An event as it would be sent: any order, as often as wanted. */
  event(type: string, object: unknown): string
  paymentEvent(intentId: string): string
  refundEvent(refundId: string): string
  sign(body: string, signing: { readonly secret: string; readonly at: Date }): Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Stripe's API as far as this service uses it, with a memory and no money. */
export async function stripeServer(): Promise<StripeServer> {
  const server = await scriptedServer()
  const intents = new Map<string, StripeIntent>()
  const refunds: StripeRefundRow[] = []
  const idempotent = idempotentAnswers()
  const failures = new Map<string, number>()
  let isDown = false

  function confirm(intent: StripeIntent, method: string): ScriptedAnswer {
    if (intent.status !== 'requires_payment_method') return refusal(400, { code: 'payment_intent_unexpected_state' })
    if (method === stripeMethods.declined) {
      intent.declined = true
      return cardError(intent)
    }
    if (method === stripeMethods.needsAction) intent.status = 'requires_action'
    else if (knownMethods.includes(method)) intent.status = 'succeeded'
    else return refusal(400, { code: 'resource_missing', param: 'payment_method' })
    return { status: 200, json: intentJson(intent, []) }
  }

  /** What was done and not told: the next call with the key tells it. */
  function loses(intent: StripeIntent, method: string): ScriptedAnswer | undefined {
    const before = failures.get(intent.id) ?? 0
    failures.set(intent.id, before + 1)
    if (before === 0 && method === stripeMethods.chargedThenTimeout) return 'hang'
    if (before === 0 && method === stripeMethods.chargedThen500) return { status: 500, json: apiError }
    return undefined
  }

  function post(path: string, call: RecordedCall): ScriptedAnswer | undefined {
    const form = formOf(call)
    const key = String(call.headers['idempotency-key'] ?? '')
    if (key === '') return refusal(400, { code: 'no_idempotency_key_in_this_shop' })
    const fingerprint = `${path} ${JSON.stringify(form)}`
    const otherwise = {
      status: 400,
      json: { error: { type: 'idempotency_error', message: 'keys are for one request' } },
    }
    const once = (act: () => ScriptedAnswer) => idempotent.once({ key, fingerprint, otherwise }, act)

    if (path === '/v1/payment_intents') return once(() => makeIntent(intents, form))
    const [, id = '', action] = /^\/v1\/payment_intents\/(\w+)\/(confirm|cancel)$/.exec(path) ?? []
    if (action !== undefined) {
      const intent = intents.get(id)
      if (intent === undefined) return missing
      if (action === 'cancel') return once(() => cancel(intent))
      const method = form.payment_method ?? form.confirmation_token ?? ''
      const failed = failures.get(id) ?? 0
      if (method === stripeMethods.failsTwice && failed < 2) {
        failures.set(id, failed + 1)
        return { status: 500, json: apiError }
      }
      const answer = once(() => confirm(intent, method))
      return loses(intent, method) ?? answer
    }
    if (path === '/v1/refunds') return once(() => makeRefund({ intents, refunds }, form))
    return undefined
  }

  function get(url: URL): ScriptedAnswer | undefined {
    const [, collection, id = ''] = /^\/v1\/(payment_intents|refunds)(?:\/(\w+))?$/.exec(url.pathname) ?? []
    if (collection === 'payment_intents') {
      const intent = intents.get(id)
      return intent === undefined ? missing : { status: 200, json: intentJson(intent, refunds) }
    }
    if (collection !== 'refunds') return undefined
    if (id === '') {
      const data = refunds.filter(({ intentId }) => intentId === url.searchParams.get('payment_intent'))
      return { status: 200, json: { object: 'list', has_more: false, data: data.map(refundJson) } }
    }
    const refund = refunds.find((row) => row.id === id)
    return refund === undefined ? missing : { status: 200, json: refundJson(refund) }
  }

  server.script((call) => {
    if (isDown) return { status: 503, json: apiError }
    if (!call.headers.authorization?.startsWith('Bearer sk_'))
      return { status: 401, json: { error: { type: 'invalid_request_error' } } }
    const url = new URL(call.path, server.url)
    return call.method === 'POST' ? post(url.pathname, call) : get(url)
  })

  const event = (type: string, object: unknown) =>
    JSON.stringify({
      id: `evt_${randomUUID()}`,
      object: 'event',
      created: Math.floor(Date.now() / 1_000),
      type,
      data: { object },
    })
  return {
    url: server.url,
    calls: server.calls,
    unplanned: server.unplanned,
    forget: server.forget,
    intents,
    refunds,
    authenticate(intentId) {
      const intent = intents.get(intentId)
      if (intent?.status !== 'requires_action') throw new Error(`${intentId} waits for nobody`)
      intent.status = 'succeeded'
    },
    down(next) {
      isDown = next
    },
    event,
    paymentEvent(intentId) {
      const intent = intents.get(intentId)
      if (intent === undefined) throw new Error(`there is no ${intentId}`)
      const word = { succeeded: 'succeeded', canceled: 'canceled', requires_action: 'requires_action' } as const
      const end = intent.status === 'requires_payment_method' ? 'payment_failed' : word[intent.status]
      return event(`payment_intent.${end}`, intentJson(intent, []))
    },
    refundEvent(refundId) {
      const refund = refunds.find(({ id }) => id === refundId)
      if (refund === undefined) throw new Error(`there is no ${refundId}`)
      return event('refund.created', refundJson(refund))
    },
    sign: (body, { secret, at }) => ({ 'stripe-signature': signedHeader({ raw: Buffer.from(body), secret, now: at }) }),
    close: () => server.close(),
  }
}

const knownMethods: readonly string[] = Object.values(stripeMethods)

const apiError = { error: { type: 'api_error', message: 'something of ours' } }

const refusal = (status: number, error: { readonly code?: string; readonly param?: string }) => ({
  status,
  json: { error: { type: 'invalid_request_error', message: 'refused', ...error } },
})

const missing = refusal(404, { code: 'resource_missing' })

const cardError = (intent: StripeIntent): ScriptedAnswer => ({
  status: 402,
  json: {
    error: {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Your card was declined.',
      payment_intent: intentJson(intent, []),
    },
  },
})

function makeIntent(intents: Map<string, StripeIntent>, form: Readonly<Record<string, string>>): ScriptedAnswer {
  const amount = Number(form.amount)
  if (!Number.isInteger(amount) || amount < 1) return refusal(400, { code: 'amount_too_small', param: 'amount' })
  const intent: StripeIntent = {
    id: `pi_${randomUUID().replaceAll('-', '')}`,
    status: 'requires_payment_method',
    declined: false,
    amount,
    currency: form.currency ?? '',
    metadata: { order_id: form['metadata[order_id]'] ?? '', key: form['metadata[key]'] ?? '' },
  }
  intents.set(intent.id, intent)
  return { status: 200, json: intentJson(intent, []) }
}

function cancel(intent: StripeIntent): ScriptedAnswer {
  if (intent.status === 'succeeded') return refusal(400, { code: 'payment_intent_unexpected_state' })
  intent.status = 'canceled'
  return { status: 200, json: intentJson(intent, []) }
}

type Books = { readonly intents: ReadonlyMap<string, StripeIntent>; readonly refunds: StripeRefundRow[] }

function makeRefund({ intents, refunds }: Books, form: Readonly<Record<string, string>>): ScriptedAnswer {
  const intent = intents.get(form.payment_intent ?? '')
  if (intent?.status !== 'succeeded') return missing
  const before = refunds.filter(({ intentId }) => intentId === intent.id)
  const left = intent.amount - before.reduce((sum, { amount }) => sum + amount, 0)
  const amount = Number(form.amount)
  if (left === 0) return refusal(400, { code: 'charge_already_refunded' })
  if (amount > left) return refusal(400, { param: 'amount' })
  const metadata = { order_id: form['metadata[order_id]'] ?? '', key: form['metadata[key]'] ?? '' }
  const id = `re_${randomUUID().replaceAll('-', '')}`
  const refund = { id, intentId: intent.id, amount, currency: intent.currency, metadata }
  refunds.push(refund)
  return { status: 200, json: refundJson(refund) }
}
