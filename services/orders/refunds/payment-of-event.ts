import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { WebhookEvent } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'

export type CapturedPayment = {
  readonly id: string
  readonly orderId: string
  readonly providerKey: string
  readonly currency: string
}

type Subject = Pick<WebhookEvent, 'provider' | 'providerRef' | 'key' | 'orderId'>

/** What was captured, by the provider's reference, by our key, or as the order's. Undefined: not, or not yet. */
export async function paymentOfEvent(
  transaction: Transaction<OrdersTables>,
  { provider, providerRef, key, orderId }: Subject,
): Promise<CapturedPayment | undefined> {
  const reference = providerRef ?? null
  const ourKey = key ?? null
  const ofOrder = z.uuid().safeParse(orderId).data ?? null
  const { rows } = await sql<CapturedPayment>`
    select id, order_id as "orderId", provider_key as "providerKey", currency from payments
    where provider = ${provider} and captured_cents > 0
      and (provider_ref = ${reference} or provider_key = ${ourKey} or order_id = ${ofOrder}::uuid)
    order by provider_ref is not distinct from ${reference} desc, provider_key is not distinct from ${ourKey} desc,
      status = 'captured' desc, attempt desc
    limit 1`.execute(transaction)
  return rows[0]
}
