import { randomUUID } from 'node:crypto'
import type { SimulatedCharge, SimulatedEvent, SimulatedRefund } from './simulated-objects.ts'
import type { ChargeRow, RefundRow, WebhookToSend } from './simulated-store.ts'
import type { TokenBehaviour } from './simulated-tokens.ts'

export type TellingParts = { actionUrl(reference: string): string; now(): Date }

export type WantedCharge = {
  readonly key: string
  readonly order_id: string
  readonly amount_cents: number
  readonly currency: string
}

export function chargeRow(wanted: WantedCharge, behaviour: TokenBehaviour): ChargeRow {
  const { key, order_id, amount_cents, currency } = wanted
  const captured = behaviour.outcome === 'captured'
  const less = behaviour.captures === 'less' ? 1 : 0
  const other = currency === 'USD' ? 'EUR' : 'USD'
  return {
    key,
    reference: `sim_${randomUUID()}`,
    order_id,
    amount_cents,
    currency,
    state: behaviour.outcome,
    captured_cents: captured ? amount_cents - less : 0,
    captured_currency: behaviour.captures === 'other_currency' ? other : currency,
    refunded_cents: 0,
    reason: behaviour.reason ?? null,
    refunds: behaviour.refunds ?? 'succeed',
  }
}

export function refundRow(charge: ChargeRow, { key, amountCents }: { key: string; amountCents: number }): RefundRow {
  const fails = charge.refunds === 'fail' || charge.refunds === 'pend_then_fail'
  return {
    key,
    reference: `sim_re_${randomUUID()}`,
    charge_reference: charge.reference,
    amount_cents: amountCents,
    currency: charge.captured_currency,
    state: fails ? 'failed' : 'succeeded',
  }
}

export function webhooksOf(parts: TellingParts, { row, behaviour }: { row: ChargeRow; behaviour: TokenBehaviour }) {
  const delay_milliseconds = behaviour.webhookDelayMilliseconds ?? 0
  const told = { ...chargeEvent(parts, row), delay_milliseconds }
  const webhooks = Array.from({ length: behaviour.webhooks }, () => told)
  if (behaviour.disputed !== true) return webhooks
  const reference = `sim_dp_${randomUUID()}`
  return [...webhooks, event(parts, { object: 'dispute', reference, charge: shownCharge(parts, row) })]
}

export const chargeEvent = (parts: TellingParts, row: ChargeRow): WebhookToSend =>
  event(parts, { object: 'charge', charge: shownCharge(parts, row) })

export const refundEvent = (parts: TellingParts, refund: SimulatedRefund): WebhookToSend =>
  event(parts, { object: 'refund', refund })

function event({ now }: TellingParts, data: SimulatedEvent['data']): WebhookToSend {
  const told: SimulatedEvent = { id: `sim_evt_${randomUUID()}`, created: Math.floor(now().getTime() / 1_000), data }
  return { body: JSON.stringify(told), delay_milliseconds: 0 }
}

export function shownCharge({ actionUrl }: TellingParts, row: ChargeRow): SimulatedCharge {
  const { amount_cents: _amount, currency: _currency, refunds: _refunds, ...shown } = row
  return { ...shown, action_url: row.state === 'requires_action' ? actionUrl(row.reference) : null }
}
