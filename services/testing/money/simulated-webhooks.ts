import { randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, sql } from 'kysely'
import { signedHeader } from '../../orders/payments/signed-payload.ts'
import type { SimulatedCharge } from '../../orders/payments/simulated/simulated-objects.ts'
import { simulatedSignatureHeader } from '../../orders/payments/simulated/simulated-provider.ts'

/** While they are rotated there are two; a process has them as SIMULATED_WEBHOOK_SECRETS. */
export const webhookSecrets = {
  current: 'whsec_of_the_tests_current_0123456789',
  previous: 'whsec_of_the_tests_previous_0123456789',
} as const

export const webhookSettings = { SIMULATED_WEBHOOK_SECRETS: Object.values(webhookSecrets).join(',') }

export type Signing = { readonly secret?: string; readonly at?: Date }

export function signed(body: string, { secret = webhookSecrets.current, at = new Date() }: Signing = {}): string {
  return signedHeader({ raw: Buffer.from(body), secret, now: at })
}

/** Delivered as the simulated provider does it; the status of the answer. */
export async function sendWebhook(ordersUrl: string, body: string, signature = signed(body)): Promise<number> {
  const headers = { 'content-type': 'application/json', [simulatedSignatureHeader]: signature }
  const response = await fetch(`${ordersUrl}/api/v1/webhooks/simulated`, { method: 'POST', headers, body })
  await response.body?.cancel()
  return response.status
}

/** The body of a new event. */
export const chargeEvent = (charge: SimulatedCharge): string => event({ object: 'charge', charge })

export type RefundByHand = {
  readonly charge: SimulatedCharge
  readonly reference: string
  readonly amountCents: number
}

/** Somebody has given money back in the provider's dashboard. */
export const refundEvent = ({ charge, reference, amountCents }: RefundByHand): string =>
  event({
    object: 'refund',
    refund: {
      reference,
      key: null,
      charge_reference: charge.reference,
      state: 'succeeded',
      amount_cents: amountCents,
      currency: charge.captured_currency,
    },
  })

const event = (data: unknown): string =>
  JSON.stringify({ id: `sim_evt_${randomUUID()}`, created: Math.floor(Date.now() / 1_000), data })

/** The customer did what was asked for, or the bank was late: the money is there, and nobody was told yet. */
export async function captureAtBank(orders: QueryExecutorProvider, orderId: string): Promise<SimulatedCharge> {
  const { rows } = await sql<SimulatedCharge>`
    update simulated_charges set state = 'captured', captured_cents = amount_cents where order_id = ${orderId}
    returning reference, key, order_id, state, captured_cents, captured_currency, refunded_cents, reason,
      null as action_url`.execute(orders)
  const [charge] = rows
  if (charge === undefined) throw new Error(`the bank knows no charge of order ${orderId}`)
  return charge
}

/** What the provider itself sends of the order's charge; undefined until it is written down. */
export async function sentWebhook(orders: QueryExecutorProvider, orderId: string): Promise<string | undefined> {
  const { rows } = await sql<{ body: string }>`
    select body from simulated_webhooks where body like ${`%"order_id":"${orderId}"%`} order by id limit 1`.execute(
    orders,
  )
  return rows[0]?.body
}
