import { sql, type Transaction } from 'kysely'
import type { Address } from '../order-contract.ts'
import type { OrdersTables } from '../schema.ts'

export type InvoicedLine = {
  readonly id: string
  readonly name: string
  readonly sku: string
  readonly quantity: number
  readonly unitPriceCents: number
  readonly taxBasisPoints: number
  readonly taxCents: number
  readonly totalCents: number
}

export type InvoicedOrder = {
  readonly id: string
  readonly userId: string
  readonly currency: string
  readonly subtotalCents: number
  readonly taxCents: number
  readonly shippingCents: number
  readonly totalCents: number
  readonly shippingAddress: Address | null
  readonly billingAddress: Address | null
  readonly lines: readonly InvoicedLine[]
}

/** What of an order an invoice tells. */
export async function invoiceFacts(transaction: Transaction<OrdersTables>, orderId: string): Promise<InvoicedOrder> {
  const { rows } = await sql<InvoicedOrder>`
    select id, user_id as "userId", currency, subtotal_cents as "subtotalCents", tax_cents as "taxCents",
      shipping_cents as "shippingCents", total_cents as "totalCents", shipping_address as "shippingAddress",
      billing_address as "billingAddress", (
        select coalesce(json_agg(json_build_object('id', id, 'name', name, 'sku', sku, 'quantity', quantity,
          'unitPriceCents', unit_price_cents, 'taxBasisPoints', tax_basis_points, 'taxCents', tax_cents,
          'totalCents', total_cents) order by position), '[]')
        from order_items where order_id = o.id) as lines
    from orders o where id = ${orderId}`.execute(transaction)
  const [order] = rows
  if (order === undefined) throw new Error(`there is no order ${orderId}`)
  return order
}
