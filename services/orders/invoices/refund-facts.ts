import { sql, type Transaction } from 'kysely'
import type { OrdersTables } from '../schema.ts'
import type { MoneyParts } from './credited-parts.ts'

export type CreditedLine = { readonly orderItemId: string; readonly quantity: number; readonly amountCents: number }

export type RefundFacts = {
  readonly amountCents: number
  readonly shippingCents: number
  readonly currency: string
  readonly reason: string
  readonly lines: readonly CreditedLine[]
  /** What the credit notes before this one give back of the same invoice. */
  readonly before: MoneyParts
}

/** What of a refund a credit note tells. */
export async function refundFacts(transaction: Transaction<OrdersTables>, refundId: string): Promise<RefundFacts> {
  const refund = await transaction
    .selectFrom('refunds')
    .select([
      'order_id as orderId',
      'amount_cents as amountCents',
      'shipping_cents as shippingCents',
      'currency',
      'reason',
    ])
    .where('id', '=', refundId)
    .executeTakeFirst()
  if (refund === undefined) throw new Error(`there is no refund ${refundId}`)
  const lines = await transaction
    .selectFrom('refund_items')
    .select([
      'order_item_id as orderItemId',
      sql<number>`unshipped_quantity + shipped_quantity`.as('quantity'),
      'amount_cents as amountCents',
    ])
    .where('refund_id', '=', refundId)
    .orderBy('order_item_id')
    .execute()
  const { orderId, ...facts } = refund
  return { ...facts, lines, before: await creditedBefore(transaction, orderId) }
}

/** The caller holds the order's row, so no other one is being issued. */
async function creditedBefore(transaction: Transaction<OrdersTables>, orderId: string): Promise<MoneyParts> {
  const { rows } = await sql<MoneyParts>`
    select coalesce(sum((snapshot ->> 'tax_cents')::bigint), 0)::bigint as "taxCents",
      coalesce(sum((snapshot ->> 'shipping_cents')::bigint), 0)::bigint as "shippingCents",
      coalesce(sum((snapshot ->> 'total_cents')::bigint), 0)::bigint as "totalCents"
    from invoices where order_id = ${orderId} and refund_id is not null`.execute(transaction)
  return rows[0] ?? { taxCents: 0, shippingCents: 0, totalCents: 0 }
}
