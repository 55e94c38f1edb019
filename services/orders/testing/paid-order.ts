import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { OrdersTables, PaymentsTable } from '../schema.ts'
import type { OrderStatus } from '../status/transitions.ts'

export type LineWish = {
  readonly quantity: number
  readonly unitPriceCents?: number
  readonly taxCents?: number
  readonly shipped?: number
  readonly refunded?: number
  readonly productId?: string
}

export type OrderWish = {
  /** `paid` where it is left out. From `shipped` on all units are shipped, in one shipment. */
  readonly status?: OrderStatus
  readonly userId?: string
  /** One line of five units at 10.00 where they are left out. */
  readonly lines?: readonly LineWish[]
  readonly shippingCents?: number
  readonly currency?: string
  /** Of the payment that was captured. */
  readonly provider?: PaymentsTable['provider']
  /** Whether there is money: from `paid` on there is, where it is left out. */
  readonly captured?: boolean
  readonly onHoldReason?: string
}

export type OrderLine = { readonly id: string; readonly productId: string; readonly quantity: number }

export type GivenOrder = {
  readonly id: string
  readonly userId: string
  readonly status: OrderStatus
  readonly totalCents: number
  readonly version: number
  readonly lines: readonly OrderLine[]
  /** Where money was captured. */
  readonly paymentId: string | undefined
  /** Where the catalog would hold or have sold the stock. */
  readonly reference: string | undefined
  /** Where the order is shipped or delivered. */
  readonly shipment: { readonly id: string; readonly carrier: string; readonly trackingNumber: string } | undefined
}

const withMoney: readonly OrderStatus[] = ['paid', 'processing', 'shipped', 'delivered']
const withParcel: readonly OrderStatus[] = ['shipped', 'delivered']

/** An order as its way would have left it, written by SQL: paid, unless it says otherwise. */
export async function paidOrder(database: Kysely<OrdersTables>, wish: OrderWish = {}): Promise<GivenOrder> {
  return database.transaction().execute((transaction) => writeOrder(transaction, wish))
}

async function writeOrder(transaction: Transaction<OrdersTables>, wish: OrderWish): Promise<GivenOrder> {
  const { status = 'paid', userId = randomUUID(), currency = 'EUR', shippingCents = 0, provider = 'simulated' } = wish
  const { lines: wishes = [{ quantity: 5 }], captured = withMoney.includes(status), onHoldReason = null } = wish
  const id = randomUUID()
  const parcel = withParcel.includes(status)
  const lines = wishes.map((line) => itemOf(line, { id, parcel }))
  const subtotalCents = lines.reduce((sum, line) => sum + line.total_cents, 0)
  const taxCents = lines.reduce((sum, line) => sum + line.tax_cents, 0)
  const totalCents = subtotalCents + taxCents + shippingCents
  const reference = status === 'draft' ? undefined : `order:${id}:hold:1`
  await transaction
    .insertInto('orders')
    .values({
      id,
      user_id: userId,
      status,
      currency,
      subtotal_cents: subtotalCents,
      tax_cents: taxCents,
      shipping_cents: shippingCents,
      total_cents: totalCents,
      shipping_address: JSON.stringify(address),
      reservation_reference: reference ?? null,
      hold_number: reference === undefined ? 0 : 1,
      on_hold_reason: onHoldReason,
      pending_at: status === 'draft' ? null : new Date(),
      paid_at: captured ? new Date() : null,
      shipped_at: parcel ? new Date() : null,
      delivered_at: status === 'delivered' ? new Date() : null,
    })
    .execute()
  for (const [index, line] of lines.entries()) {
    await transaction
      .insertInto('order_items')
      .values({ ...line, position: index + 1 })
      .execute()
  }
  const paymentId = captured ? await writePayment(transaction, { id, provider, totalCents, currency }) : undefined
  const shipment = parcel ? await writeShipment(transaction, { id, status, lines }) : undefined
  const shown = lines.map(({ id: lineId, product_id: productId, quantity }) => ({ id: lineId, productId, quantity }))
  return { id, userId, status, totalCents, version: 1, lines: shown, paymentId, reference, shipment }
}

const address = {
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  city: 'London',
  postal_code: 'SW1Y',
  country: 'GB',
}

type Item = ReturnType<typeof itemOf>

function itemOf(line: LineWish, order: { readonly id: string; readonly parcel: boolean }) {
  const { quantity, unitPriceCents = 1_000, taxCents = 0, refunded = 0, productId = randomUUID() } = line
  return {
    id: randomUUID(),
    order_id: order.id,
    product_id: productId,
    sku: `SKU-${productId.slice(0, 8)}`,
    name: 'A thing',
    unit_price_cents: unitPriceCents,
    quantity,
    total_cents: unitPriceCents * quantity,
    tax_cents: taxCents,
    shipped_quantity: line.shipped ?? (order.parcel ? quantity - refunded : 0),
    refunded_quantity: refunded,
  }
}

type Paid = {
  readonly id: string
  readonly provider: PaymentsTable['provider']
  readonly totalCents: number
  readonly currency: string
}

async function writePayment(transaction: Transaction<OrdersTables>, order: Paid): Promise<string> {
  const paymentId = randomUUID()
  await transaction
    .insertInto('payments')
    .values({
      id: paymentId,
      order_id: order.id,
      attempt: 1,
      provider: order.provider,
      provider_key: `order:${order.id}:pay:1`,
      provider_ref: order.provider === 'none' ? null : `ref_${paymentId}`,
      amount_cents: order.totalCents,
      currency: order.currency,
      captured_cents: order.totalCents,
      status: 'captured',
    })
    .execute()
  return paymentId
}

type Sent = { readonly id: string; readonly status: OrderStatus; readonly lines: readonly Item[] }

async function writeShipment(transaction: Transaction<OrdersTables>, { id: order_id, status, lines }: Sent) {
  const id = randomUUID()
  const carrier = 'dhl'
  const trackingNumber = `T-${id}`
  const delivered = status === 'delivered'
  await transaction
    .insertInto('shipments')
    .values({
      id,
      order_id,
      carrier,
      tracking_number: trackingNumber,
      status: delivered ? 'delivered' : 'created',
      delivered_at: delivered ? new Date() : null,
    })
    .execute()
  const sent = lines.filter((line) => line.shipped_quantity > 0)
  for (const { id: order_item_id, shipped_quantity: quantity } of sent) {
    await transaction.insertInto('shipment_items').values({ shipment_id: id, order_item_id, quantity }).execute()
  }
  return { id, carrier, trackingNumber }
}
