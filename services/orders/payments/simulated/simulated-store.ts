import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { RefundBehaviour } from './simulated-tokens.ts'

/** A webhook that goes out with what it tells of: in the same statement, or neither is there. */
export type WebhookToSend = { readonly body: string; readonly delay_milliseconds: number }

export type ChargeRow = {
  key: string
  reference: string
  order_id: string
  amount_cents: number
  currency: string
  state: 'captured' | 'requires_action' | 'declined' | 'cancelled'
  captured_cents: number
  captured_currency: string
  refunded_cents: number
  reason: string | null
  refunds: RefundBehaviour
}

export type RefundRow = {
  key: string
  reference: string
  charge_reference: string
  amount_cents: number
  currency: string
  state: 'succeeded' | 'failed'
}

const chargeColumns = sql.raw(
  'key, reference, order_id, amount_cents, currency, state, captured_cents, captured_currency, refunded_cents, reason, refunds',
)

/** Counts a call; the answer is its number among those of the same operation and key. */
export async function countCall(database: QueryExecutorProvider, operation: string, key: string): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    with counted as (insert into simulated_calls (operation, key) values (${operation}, ${key}) returning id)
    select (select count(*) from simulated_calls where operation = ${operation} and key = ${key})
      + (select count(*) from counted) as number`.execute(database)
  return rows[0]?.number ?? 1
}

export async function findCharge(
  database: QueryExecutorProvider,
  by: { readonly key: string } | { readonly reference: string },
): Promise<ChargeRow | undefined> {
  const condition = 'key' in by ? sql`key = ${by.key}` : sql`reference = ${by.reference}`
  const { rows } = await sql<ChargeRow>`select ${chargeColumns} from simulated_charges where ${condition}`.execute(
    database,
  )
  return rows[0]
}

/** True where this call made it; false where the key has a charge already, whoever made it. */
export async function addCharge(
  database: QueryExecutorProvider,
  { charge, webhooks }: { readonly charge: ChargeRow; readonly webhooks: readonly WebhookToSend[] },
): Promise<boolean> {
  const { rows } = await sql`
    with made as (
      insert into simulated_charges (key, reference, order_id, amount_cents, currency, state, captured_cents,
        captured_currency, reason, refunds)
      values (${charge.key}, ${charge.reference}, ${charge.order_id}, ${charge.amount_cents}, ${charge.currency},
        ${charge.state}, ${charge.captured_cents}, ${charge.captured_currency}, ${charge.reason}, ${charge.refunds})
      on conflict (key) do nothing returning reference
    ), ${sending(webhooks)}
    select reference from made`.execute(database)
  return rows.length > 0
}

/** Of what waits for the customer; false where it waits no more. */
export async function endAction(
  database: QueryExecutorProvider,
  charge: ChargeRow,
  { state, webhooks }: { readonly state: 'captured' | 'cancelled'; readonly webhooks: readonly WebhookToSend[] },
): Promise<boolean> {
  const capturedCents = state === 'captured' ? charge.amount_cents : 0
  const { rows } = await sql`
    with made as (
      update simulated_charges set state = ${state}, captured_cents = ${capturedCents}
      where reference = ${charge.reference} and state = 'requires_action' returning reference
    ), ${sending(webhooks)}
    select reference from made`.execute(database)
  return rows.length > 0
}

/** More than is left violates simulated_charges_refunded_range; a key that is known changes nothing. */
export async function addRefund(
  database: QueryExecutorProvider,
  { refund, webhooks }: { readonly refund: RefundRow; readonly webhooks: readonly WebhookToSend[] },
): Promise<boolean> {
  const { rows } = await sql`
    with made as (
      insert into simulated_refunds (key, reference, charge_reference, amount_cents, currency, state)
      values (${refund.key}, ${refund.reference}, ${refund.charge_reference}, ${refund.amount_cents},
        ${refund.currency}, ${refund.state})
      on conflict (key) do nothing returning charge_reference, amount_cents, state
    ), taken as (
      update simulated_charges c set refunded_cents = c.refunded_cents + made.amount_cents
      from made where c.reference = made.charge_reference and made.state = 'succeeded' returning c.reference
    ), ${sending(webhooks)}
    select charge_reference, (select count(*) from taken) as taken from made`.execute(database)
  return rows.length > 0
}

export async function findRefund(
  database: QueryExecutorProvider,
  by: { readonly key: string } | { readonly reference: string },
): Promise<RefundRow | undefined> {
  const condition = 'key' in by ? sql`key = ${by.key}` : sql`reference = ${by.reference}`
  const { rows } = await sql<RefundRow>`
    select key, reference, charge_reference, amount_cents, currency, state
    from simulated_refunds where ${condition}`.execute(database)
  return rows[0]
}

const sending = (webhooks: readonly WebhookToSend[]): RawBuilder<unknown> => sql`
  told as (
    insert into simulated_webhooks (body, due_at)
    select w.body, now() + w.delay_milliseconds * interval '1 millisecond'
    from made, json_to_recordset(${JSON.stringify(webhooks)}::json) as w (body text, delay_milliseconds integer)
    returning id
  )`
