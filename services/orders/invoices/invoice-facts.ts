import type { Transaction } from 'kysely'
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
  const order = await transaction
    .selectFrom('orders')
    .select([
      'id',
      'user_id as userId',
      'currency',
      'subtotal_cents as subtotalCents',
      'tax_cents as taxCents',
      'shipping_cents as shippingCents',
      'total_cents as totalCents',
      'shipping_address as shippingAddress',
      'billing_address as billingAddress',
    ])
    .where('id', '=', orderId)
    .executeTakeFirst()
  if (order === undefined) throw new Error(`there is no order ${orderId}`)
  const lines = await transaction
    .selectFrom('order_items')
    .select([
      'id',
      'name',
      'sku',
      'quantity',
      'unit_price_cents as unitPriceCents',
      'tax_basis_points as taxBasisPoints',
      'tax_cents as taxCents',
      'total_cents as totalCents',
    ])
    .where('order_id', '=', orderId)
    .orderBy('position')
    .execute()
  return { ...order, lines }
}
