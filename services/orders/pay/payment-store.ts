import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { KnownPayment, ProviderPayment } from '../payments/provider.ts'
import type { Reader } from '../reads/find-order.ts'
import type { OrdersTables, PaymentState, PaymentsTable } from '../schema.ts'

export type PaymentRow = {
  readonly id: string
  readonly orderId: string
  readonly attempt: number
  readonly provider: PaymentsTable['provider']
  readonly providerKey: string
  readonly providerRef: string | null
  readonly amountCents: number
  readonly currency: string
  readonly capturedCents: number
  readonly refundedCents: number
  readonly status: PaymentState
  readonly reason: string | null
}

export const paymentColumns = sql`id, order_id as "orderId", attempt, provider, provider_key as "providerKey",
  provider_ref as "providerRef", amount_cents as "amountCents", currency, captured_cents as "capturedCents",
  refunded_cents as "refundedCents", status, reason`

/** As its provider knows it. */
export function knownPayment(payment: PaymentRow): KnownPayment {
  const { providerKey, orderId, amountCents, currency, providerRef } = payment
  return { key: providerKey, orderId, amountCents, currency, providerRef: providerRef ?? undefined }
}

export async function findPayment(database: Reader, id: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`select ${paymentColumns} from payments where id = ${id}`.execute(database)
  return rows[0]
}

/** All attempts of an order, the newest first. The caller holds the order's row, or only looks. */
export async function paymentsOfOrder(database: Reader, orderId: string): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    select ${paymentColumns} from payments where order_id = ${orderId} order by attempt desc`.execute(database)
  return rows
}

export const isAtWork = ({ status }: PaymentRow): boolean => status === 'created' || status === 'requires_action'

export type NewPayment = Pick<PaymentRow, 'id' | 'orderId' | 'attempt' | 'provider' | 'amountCents' | 'currency'>

/** Written before the provider is asked: its key is the same in every try, so the money moves once. */
export function paymentInsert(payment: NewPayment): RawBuilder<unknown> {
  const { id, orderId, attempt, provider, amountCents, currency } = payment
  // Without a provider there is nothing to ask anybody for.
  const status = provider === 'none' ? 'captured' : 'created'
  return sql`
    insert into payments (id, order_id, attempt, provider, provider_key, amount_cents, currency, status)
    values (${id}, ${orderId}, ${attempt}, ${provider}, ${`order:${orderId}:pay:${attempt}`}, ${amountCents},
      ${currency}, ${status})`
}

/** Over without money: declined, failed or cancelled. Nothing where it was decided before. */
export async function endPayment(
  transaction: Transaction<OrdersTables>,
  payment: PaymentRow,
  {
    status,
    reason,
    providerRef,
  }: { status: 'declined' | 'failed' | 'cancelled'; reason: string; providerRef?: string | undefined },
): Promise<void> {
  await sql`
    update payments set status = ${status}, reason = left(${reason}, 100),
      provider_ref = coalesce(${providerRef ?? null}, provider_ref), updated_at = now()
    where id = ${payment.id} and status in ('created', 'requires_action')`.execute(transaction)
}

/** The customer has to go on elsewhere, or the provider has not decided yet. */
export async function awaitPayment(
  transaction: Transaction<OrdersTables>,
  payment: PaymentRow,
  told: ProviderPayment,
): Promise<void> {
  await sql`
    update payments set status = 'requires_action', provider_ref = coalesce(${told.providerRef}, provider_ref),
      action = ${told.action === undefined ? null : JSON.stringify(told.action)}::jsonb, updated_at = now()
    where id = ${payment.id} and status in ('created', 'requires_action')`.execute(transaction)
}

export type Captured = {
  readonly status: 'captured' | 'mismatched' | 'surplus'
  readonly providerRef: string | null
  readonly capturedCents: number
  readonly currency: string
}

/** The money is there. What is more than was asked for is what was charged all the same. */
export async function capturePayment(
  transaction: Transaction<OrdersTables>,
  payment: PaymentRow,
  captured: Captured,
): Promise<void> {
  await captureUpdate(payment, captured).execute(transaction)
}

/** The same, to be a part of a statement. */
export function captureUpdate(
  payment: PaymentRow,
  { status, providerRef, capturedCents, currency }: Captured,
): RawBuilder<unknown> {
  return sql`
    update payments set status = ${status}, provider_ref = ${providerRef}, captured_cents = ${capturedCents},
      amount_cents = greatest(amount_cents, ${capturedCents}), currency = ${currency}, action = null, reason = null,
      updated_at = now()
    where id = ${payment.id} and status not in ('captured', 'mismatched', 'surplus')`
}
