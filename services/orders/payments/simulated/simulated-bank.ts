import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { QueryExecutorProvider } from 'kysely'
import { z } from 'zod'
import { databaseFault } from '../../../kit/database-faults.ts'
import { ExchangeFault, type HttpClient, type HttpRequest } from '../../../kit/http-exchange.ts'
import { parseJson } from '../../../kit/parse-json.ts'
import { runOutsideRequest } from '../../../kit/request-scope.ts'
import type { Deliveries } from './simulated-deliveries.ts'
import { chargeEvent, chargeRow, refundEvent, refundRow, shownCharge, webhooksOf } from './simulated-rows.ts'
import { addCharge, addRefund, countCall, endAction, findCharge, findRefund } from './simulated-store.ts'
import { behaviourOf, type TokenBehaviour } from './simulated-tokens.ts'

export type BankParts = {
  readonly database: QueryExecutorProvider
  readonly deliveries: Deliveries
  readonly delayMilliseconds: number
  actionUrl(reference: string): string
  now(): Date
}

export type SimulatedBank = HttpClient & {
  /** The customer has done what a `requires_action` asked for. False where it waits no more, or there is no such charge. */
  confirm(reference: string): Promise<boolean>
  /** As somebody would in the provider's dashboard: nobody here has asked for it. */
  refundByHand(reference: string, amountCents: number): Promise<boolean>
}

type BankAnswer = { readonly status: number; readonly json: unknown } | 'never'

/** The simulated provider itself. It is asked as one across the network is, and does what it began whoever hangs up. */
export function simulatedBank(parts: BankParts): SimulatedBank {
  const closing = new AbortController()
  const { database, deliveries } = parts

  async function tell(made: boolean): Promise<boolean> {
    if (made) deliveries.wake()
    return made
  }

  return {
    async exchange(request, { signal }) {
      const cut = AbortSignal.any([signal, closing.signal])
      const worked = runOutsideRequest(() => work(parts, request, closing.signal))
      const answer = await Promise.race([worked, aborted(cut)])
      if (answer === 'never') return aborted(cut)
      return { status: answer.status, headers: {}, text: JSON.stringify(answer.json) }
    },
    async confirm(reference) {
      const charge = await findCharge(database, { reference })
      if (charge === undefined) return false
      const captured = { ...charge, state: 'captured', captured_cents: charge.amount_cents } as const
      const webhooks = [chargeEvent(parts, captured)]
      return tell(await endAction(database, charge, { state: 'captured', webhooks }))
    },
    async refundByHand(reference, amountCents) {
      const charge = await findCharge(database, { reference })
      if (charge === undefined) return false
      const refund = refundRow(charge, { key: `by-hand:${randomUUID()}`, amountCents })
      const webhooks = [refundEvent(parts, { ...refund, key: null })]
      return tell(await addRefund(database, { refund, webhooks }))
    },
    close: () => closing.abort(),
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const fail = () => reject(new ExchangeFault('no answer in time', { sent: true }))
  if (signal.aborted) fail()
  else signal.addEventListener('abort', fail, { once: true })
  return promise
}

const chargeBody = z.object({
  key: z.string(),
  order_id: z.string(),
  amount_cents: z.int().positive(),
  currency: z.string(),
  method_token: z.string(),
})
const cancelBody = chargeBody.omit({ method_token: true })
const refundBody = z.object({
  key: z.string(),
  charge_reference: z.string(),
  amount_cents: z.int().positive(),
  currency: z.string(),
})

async function work(parts: BankParts, request: HttpRequest, closing: AbortSignal): Promise<BankAnswer> {
  const body = parseJson(request.body ?? '')
  const key = request.url.searchParams.get('key') ?? ''
  await delay(parts.delayMilliseconds, undefined, { signal: closing, ref: false })
  switch (`${request.method} ${request.url.pathname}`) {
    case 'POST /charges':
      return charge(parts, chargeBody.parse(body), closing)
    case 'GET /charges':
      return foundCharge(parts, key)
    case 'POST /cancel':
      return cancel(parts, cancelBody.parse(body))
    case 'POST /refunds':
      return refund(parts, refundBody.parse(body))
    case 'GET /refunds': {
      await countCall(parts.database, 'fetch_refund', key)
      const reference = request.url.searchParams.get('reference')
      const found = await findRefund(parts.database, reference === null ? { key } : { reference })
      return found === undefined ? notFound : { status: 200, json: found }
    }
    default:
      return notFound
  }
}

const notFound = { status: 404, json: { code: 'not_found' } } as const
const failed = { status: 500, json: { code: 'simulated_failure' } } as const

async function charge(
  parts: BankParts,
  wanted: z.output<typeof chargeBody>,
  closing: AbortSignal,
): Promise<BankAnswer> {
  const { database, deliveries } = parts
  const number = await countCall(database, 'charge', wanted.key)
  const behaviour = behaviourOf(wanted.method_token)
  await delay(behaviour.delayMilliseconds ?? 0, undefined, { signal: closing, ref: false })
  if (number <= (behaviour.failuresFirst ?? 0)) return failed

  const row = chargeRow(wanted, behaviour)
  const made = await addCharge(database, { charge: row, webhooks: webhooksOf(parts, { row, behaviour }) })
  const kept = made ? row : await findCharge(database, { key: wanted.key })
  if (kept === undefined) return notFound
  const same = kept.amount_cents === wanted.amount_cents && kept.currency === wanted.currency
  if (!same || kept.order_id !== wanted.order_id) return { status: 422, json: { code: 'key_reused' } }
  if (!made) return { status: 200, json: shownCharge(parts, kept) }

  if (behaviour.webhookFirst) await deliveries.sendDue()
  else deliveries.wake()
  if (behaviour.answer === 'never') return 'never'
  if (behaviour.answer === '500') return failed
  const shown = shownCharge(parts, kept)
  return {
    status: 200,
    json: behaviour.answer === 'pending' ? { ...shown, state: 'pending', captured_cents: 0 } : shown,
  }
}

async function foundCharge(parts: BankParts, key: string): Promise<BankAnswer> {
  await countCall(parts.database, 'fetch', key)
  const found = await findCharge(parts.database, { key })
  return found === undefined ? notFound : { status: 200, json: shownCharge(parts, found) }
}

/** A key that is not known is cancelled as well, so that a charge that comes late finds it so. */
async function cancel(parts: BankParts, wanted: z.output<typeof cancelBody>): Promise<BankAnswer> {
  const { database } = parts
  await countCall(database, 'cancel', wanted.key)
  const row = { ...chargeRow(wanted, never), state: 'cancelled', reason: null } as const
  await addCharge(database, { charge: row, webhooks: [] })
  const kept = await findCharge(database, { key: wanted.key })
  if (kept === undefined) return notFound
  const webhooks = [chargeEvent(parts, { ...kept, state: 'cancelled' })]
  if (await endAction(database, kept, { state: 'cancelled', webhooks })) parts.deliveries.wake()
  return foundCharge(parts, wanted.key)
}

const never: TokenBehaviour = { outcome: 'declined', webhooks: 0 }

async function refund(parts: BankParts, wanted: z.output<typeof refundBody>): Promise<BankAnswer> {
  const { database, deliveries } = parts
  await countCall(database, 'refund', wanted.key)
  const of = await findCharge(database, { reference: wanted.charge_reference })
  if (of === undefined) return { status: 422, json: { code: 'no_such_charge' } }
  if (of.captured_currency !== wanted.currency) return { status: 422, json: { code: 'other_currency' } }
  const row = refundRow(of, { key: wanted.key, amountCents: wanted.amount_cents })
  const later = of.refunds === 'pend' || of.refunds === 'pend_then_fail' ? 1_000 : 0
  const webhooks = [{ ...refundEvent(parts, row), delay_milliseconds: later }]
  const made = await addRefund(database, { refund: row, webhooks }).catch(tooMuch)
  if (made === 'too_much') return { status: 422, json: { code: 'exceeds_captured' } }
  const kept = made ? row : await findRefund(database, { key: wanted.key })
  if (kept === undefined) return notFound
  if (kept.charge_reference !== of.reference || kept.amount_cents !== wanted.amount_cents) {
    return { status: 422, json: { code: 'key_reused' } }
  }
  if (!made) return { status: 200, json: kept }
  deliveries.wake()
  if (of.refunds === 'succeed_then_500') return failed
  return { status: 200, json: later > 0 ? { ...kept, state: 'pending' } : kept }
}

function tooMuch(error: unknown): 'too_much' {
  const fault = databaseFault(error)
  if (fault?.kind === 'constraint' && fault.constraint === 'simulated_charges_refunded_range') return 'too_much'
  throw error
}
