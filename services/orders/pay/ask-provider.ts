import { type Kysely, sql } from 'kysely'
import type { PaymentProvider, ProviderPayment } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { isAtWork, knownPayment, type PaymentRow } from './payment-store.ts'

export type AskParts = {
  readonly database: Kysely<OrdersTables>
  providerOf(payment: PaymentRow): PaymentProvider
}

/**
 * What the provider knows of a payment; undefined: nothing was charged. To ask may be what captures it, so one that its
 * order does not wait for any more is only looked at.
 */
export async function askProvider(
  parts: AskParts,
  payment: PaymentRow,
  signal: AbortSignal,
): Promise<ProviderPayment | undefined> {
  const provider = parts.providerOf(payment)
  const known = knownPayment(payment)
  if (isAtWork(payment) && (await isWaitedFor(parts.database, payment))) return provider.fetch(known, signal)
  const { providerRef } = known
  return providerRef === undefined ? undefined : provider.look({ ...known, providerRef }, signal)
}

async function isWaitedFor(database: Kysely<OrdersTables>, { orderId }: PaymentRow): Promise<boolean> {
  const { rows } = await sql`select from orders where id = ${orderId} and status = 'pending'`.execute(database)
  return rows.length > 0
}
