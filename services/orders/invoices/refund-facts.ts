import { sql, type Transaction } from 'kysely'
import type { OrdersTables } from '../schema.ts'

export type CreditedLine = { readonly orderItemId: string; readonly quantity: number; readonly amountCents: number }

export type RefundFacts = {
  readonly amountCents: number
  readonly shippingCents: number
  readonly currency: string
  readonly reason: string
  readonly lines: readonly CreditedLine[]
}

/** What of a refund a credit note tells. */
export async function refundFacts(transaction: Transaction<OrdersTables>, refundId: string): Promise<RefundFacts> {
  const refund = await transaction
    .selectFrom('refunds')
    .select(['amount_cents as amountCents', 'shipping_cents as shippingCents', 'currency', 'reason'])
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
  return { ...refund, lines }
}
