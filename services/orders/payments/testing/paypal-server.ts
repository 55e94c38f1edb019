import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type RecordedCall,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../../kit/testing/scripted-server.ts'
import { idempotentAnswers } from './idempotent-answers.ts'
import {
  captureJson,
  orderJson,
  type PayPalOrderRow,
  type PayPalRefundRow,
  refundJson,
} from './paypal-server-objects.ts'

/** How a saved account behaves at it; any other is one that PayPal does not know. */
export const payPalMethods = {
  ok: 'vault-ok',
  declined: 'vault-declined',
  needsAction: 'approval',
  /** A saved card whose bank wants to see the customer. */
  savedNeedsAction: 'vault-needs-action',
  chargedThenTimeout: 'vault-charged-then-timeout',
  chargedThen500: 'vault-charged-then-500',
  failsTwice: 'vault-500-twice-then-ok',
} as const

export type PayPalServer = Pick<ScriptedServer, 'url' | 'calls' | 'unplanned' | 'forget'> & {
  readonly orders: ReadonlyMap<string, PayPalOrderRow>
  /** The customer has said yes there. */
  approve(orderId: string): void
  /** Every answer is a 503 until it is up again. */
  down(isDown: boolean): void
  /** From now on the token that was given is no good. */
  withdrawToken(): void
  captureEvent(orderId: string): string
  approvalEvent(orderId: string): string
  refundEvent(refundId: string): string
  close(): Promise<void>
}

const text = z.string()
const amountSchema = z.strictObject({ currency_code: text, value: text.regex(/^\d+(\.\d{2})?$/) })
const createBody = z.object({
  intent: z.literal('CAPTURE'),
  purchase_units: z.tuple([z.strictObject({ custom_id: text, invoice_id: text, amount: amountSchema })]),
})
const vault = z.object({ vault_id: text })
const captureBody = z.object({ payment_source: z.object({ paypal: vault, card: vault }).partial().optional() })
const refundBody = z.strictObject({ amount: amountSchema, custom_id: text, invoice_id: text })

/** PayPal's API as far as this service uses it, with a memory and no money. */
export async function payPalServer(): Promise<PayPalServer> {
  const server = await scriptedServer()
  const orders = new Map<string, PayPalOrderRow>()
  const idempotent = idempotentAnswers()
  const failures = new Map<string, number>()
  let token = randomUUID()
  let isDown = false

  function capture(order: PayPalOrderRow, method: string | undefined): ScriptedAnswer {
    if (order.capture !== null) return refusal(422, 'ORDER_ALREADY_CAPTURED')
    if (method === undefined && order.status !== 'APPROVED') return refusal(422, 'ORDER_NOT_APPROVED')
    if (method === payPalMethods.savedNeedsAction) {
      order.status = 'PAYER_ACTION_REQUIRED'
      const { links } = orderJson(order)
      return refusal(422, 'PAYER_ACTION_REQUIRED', { links })
    }
    if (method === payPalMethods.declined) return refusal(422, 'INSTRUMENT_DECLINED')
    if (method !== undefined && !knownMethods.includes(method)) {
      return refusal(400, 'INVALID_RESOURCE_ID', { field: '/payment_source/paypal/vault_id' })
    }
    order.status = 'COMPLETED'
    order.capture = { id: newId(), status: 'COMPLETED' }
    return { status: 201, json: orderJson(order) }
  }

  /** What was done and not told: the next call with the key tells it. */
  function loses(order: PayPalOrderRow, method: string | undefined): ScriptedAnswer | undefined {
    const before = failures.get(order.id) ?? 0
    failures.set(order.id, before + 1)
    if (before === 0 && method === payPalMethods.chargedThenTimeout) return 'hang'
    if (before === 0 && method === payPalMethods.chargedThen500) return broken
    return undefined
  }

  function postCapture(order: PayPalOrderRow, call: RecordedCall): ScriptedAnswer {
    const { payment_source: source } = captureBody.parse(call.body)
    const method = source?.paypal?.vault_id ?? source?.card?.vault_id
    const failed = failures.get(order.id) ?? 0
    if (method === payPalMethods.failsTwice && failed < 2) {
      failures.set(order.id, failed + 1)
      return broken
    }
    const answer = once(call, () => capture(order, method))
    return loses(order, method) ?? answer
  }

  function once(call: RecordedCall, act: () => ScriptedAnswer): ScriptedAnswer {
    const key = String(call.headers['paypal-request-id'] ?? '')
    if (key === '' || key.length > 108) return refusal(400, 'INVALID_REQUEST_ID')
    const fingerprint = `${call.path} ${JSON.stringify(call.body)}`
    // As PayPal: ids are for one kind of call each.
    return idempotent.once(
      { key: `${key} ${call.path}`, fingerprint, otherwise: refusal(422, 'DUPLICATE_REQUEST_ID') },
      act,
    )
  }

  function post(path: string, call: RecordedCall): ScriptedAnswer | undefined {
    if (path === '/v2/checkout/orders') return once(call, () => makeOrder(orders, createBody.parse(call.body)))
    const [, orderId] = /^\/v2\/checkout\/orders\/(\w+)\/capture$/.exec(path) ?? []
    if (orderId !== undefined) {
      const order = orders.get(orderId)
      return order === undefined ? missing : postCapture(order, call)
    }
    const [, captureId] = /^\/v2\/payments\/captures\/(\w+)\/refund$/.exec(path) ?? []
    if (captureId === undefined) return undefined
    const order = [...orders.values()].find((row) => row.capture?.id === captureId)
    return order === undefined ? missing : once(call, () => makeRefund(order, refundBody.parse(call.body)))
  }

  function get(path: string): ScriptedAnswer | undefined {
    const [, orderId] = /^\/v2\/checkout\/orders\/(\w+)$/.exec(path) ?? []
    if (orderId !== undefined) {
      const order = orders.get(orderId)
      return order === undefined ? missing : { status: 200, json: orderJson(order) }
    }
    const [, refundId] = /^\/v2\/payments\/refunds\/(\w+)$/.exec(path) ?? []
    if (refundId === undefined) return undefined
    const refund = findRefund(orders, refundId)
    return refund === undefined ? missing : { status: 200, json: refundJson(refund) }
  }

  server.script((call) => {
    if (isDown) return broken
    if (call.path === '/v1/oauth2/token')
      return { status: 200, json: { access_token: token, token_type: 'Bearer', expires_in: 32_400 } }
    if (call.headers.authorization !== `Bearer ${token}`)
      return { status: 401, json: { name: 'AUTHENTICATION_FAILURE' } }
    return call.method === 'POST' ? post(call.path, call) : get(call.path)
  })

  const event = (event_type: string, resource: unknown) =>
    JSON.stringify({ id: `WH-${randomUUID()}`, event_type, create_time: new Date().toISOString(), resource })
  const known = (orderId: string): PayPalOrderRow => {
    const order = orders.get(orderId)
    if (order === undefined) throw new Error(`there is no ${orderId}`)
    return order
  }
  return {
    url: server.url,
    calls: server.calls,
    unplanned: server.unplanned,
    forget: server.forget,
    orders,
    approve(orderId) {
      known(orderId).status = 'APPROVED'
    },
    down(next) {
      isDown = next
    },
    withdrawToken() {
      token = randomUUID()
    },
    captureEvent: (orderId) => event('PAYMENT.CAPTURE.COMPLETED', captureJson(known(orderId))),
    approvalEvent: (orderId) => event('CHECKOUT.ORDER.APPROVED', orderJson(known(orderId))),
    refundEvent(refundId) {
      const refund = findRefund(orders, refundId)
      if (refund === undefined) throw new Error(`there is no ${refundId}`)
      return event('PAYMENT.CAPTURE.REFUNDED', refundJson(refund))
    },
    close: () => server.close(),
  }
}

const knownMethods: readonly string[] = Object.values(payPalMethods)
const newId = () => randomBytes(8).toString('hex').toUpperCase()
const broken = { status: 503, json: { name: 'INTERNAL_SERVICE_ERROR' } } as const

type RefusalFacts = { readonly field?: string; readonly links?: readonly unknown[] }

const refusal = (status: number, issue: string, { links = [], ...field }: RefusalFacts = {}) => ({
  status,
  json: { name: 'UNPROCESSABLE_ENTITY', details: [{ issue, ...field }], links },
})
const missing = refusal(404, 'INVALID_RESOURCE_ID')

function makeOrder(orders: Map<string, PayPalOrderRow>, body: z.output<typeof createBody>): ScriptedAnswer {
  const [unit] = body.purchase_units
  const order: PayPalOrderRow = { id: newId(), status: 'CREATED', ...unit, capture: null, refunds: [] }
  orders.set(order.id, order)
  return { status: 201, json: orderJson(order) }
}

function makeRefund(order: PayPalOrderRow, body: z.output<typeof refundBody>): ScriptedAnswer {
  const inCents = (value: string) => Math.round(Number(value) * 100)
  const given = order.refunds.reduce((sum, { amount }) => sum + inCents(amount.value), 0)
  const left = inCents(order.amount.value) - given
  if (left === 0) return refusal(422, 'CAPTURE_FULLY_REFUNDED')
  if (inCents(body.amount.value) > left) return refusal(422, 'REFUND_AMOUNT_EXCEEDED')
  const refund: PayPalRefundRow = { id: newId(), ...body }
  order.refunds.push(refund)
  if (order.capture !== null)
    order.capture.status = inCents(body.amount.value) === left ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
  return { status: 201, json: refundJson(refund) }
}

const findRefund = (orders: ReadonlyMap<string, PayPalOrderRow>, id: string): PayPalRefundRow | undefined =>
  [...orders.values()].flatMap(({ refunds }) => refunds).find((refund) => refund.id === id)
