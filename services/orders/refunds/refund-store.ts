import { sql, type Transaction } from 'kysely'
import type { Reader } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import type { Origin } from '../status/move-order.ts'
import type { RefundableLine, RefundedLine } from './refundable-lines.ts'

export type RefundRow = {
  readonly id: string
  readonly orderId: string
  readonly paymentId: string
  readonly provider: string
  readonly providerKey: string
  readonly providerRefundRef: string | null
  readonly amountCents: number
  readonly currency: string
  readonly status: 'pending' | 'succeeded' | 'failed'
}

export const refundColumns = [
  'id',
  'order_id as orderId',
  'payment_id as paymentId',
  'provider',
  'provider_key as providerKey',
  'provider_refund_ref as providerRefundRef',
  'amount_cents as amountCents',
  'currency',
  'status',
] as const

export async function findRefund(database: Reader, id: string): Promise<RefundRow | undefined> {
  return database.selectFrom('refunds').select(refundColumns).where('id', '=', id).executeTakeFirst()
}

/** In their order, each with what refunds that have not failed give back of it. The caller holds the order's row. */
export async function refundableLines(
  transaction: Transaction<OrdersTables>,
  orderId: string,
): Promise<RefundableLine[]> {
  return transaction
    .selectFrom('order_items as i')
    .select([
      'i.id',
      'i.quantity',
      'i.unit_price_cents as unitPriceCents',
      'i.tax_cents as taxCents',
      'i.shipped_quantity as shippedQuantity',
      'i.refunded_quantity as refundedQuantity',
      'i.returned_quantity as returnedQuantity',
      sql<number>`(
        select coalesce(sum(l.amount_cents), 0)::bigint from refund_items l join refunds r on r.id = l.refund_id
        where l.order_item_id = i.id and r.status <> 'failed')`.as('givenCents'),
    ])
    .where('i.order_id', '=', orderId)
    .orderBy('i.position')
    .execute()
}

/** What refunds that have not failed give back of the order's shipping. */
export async function refundedShippingCents(transaction: Transaction<OrdersTables>, orderId: string): Promise<number> {
  const { rows } = await sql<{ cents: number }>`
    select coalesce(sum(shipping_cents), 0)::bigint as cents from refunds
    where order_id = ${orderId} and status <> 'failed'`.execute(transaction)
  return rows[0]?.cents ?? 0
}

export type NewRefundRow = {
  readonly id: string
  readonly paymentId: string
  /** Of the payment's refunds: the same key is the same refund. */
  readonly key: string
  /** Where the provider does not know it by a key of ours, what it calls it. */
  readonly providerKey: string
  readonly amountCents: number
  readonly shippingCents: number
  readonly reason: string
  readonly origin: Origin
}

/**
 * Taken from the payment and written down in one statement: `payments_refunded_range` refuses what is more than captured,
 * whoever does not hold the order's row.
 */
export async function insertRefund(transaction: Transaction<OrdersTables>, refund: NewRefundRow): Promise<void> {
  const { id, paymentId, key, providerKey, amountCents, shippingCents, reason, origin } = refund
  await sql`
    with taken as (
      update payments set refunded_cents = refunded_cents + ${amountCents}, updated_at = now() where id = ${paymentId}
      returning id, order_id, provider, currency
    )
    insert into refunds (id, order_id, payment_id, provider, key, provider_key, amount_cents, shipping_cents, currency,
      reason, actor_id, request_id)
    select ${id}, order_id, id, provider, ${key}, ${providerKey}, ${amountCents}, ${shippingCents}, currency, ${reason},
      ${origin.actor.id}::uuid, ${origin.cause.requestId}
    from taken`.execute(transaction)
}

/** What it gives back by lines, counted on them in the same statement. */
export async function insertRefundLines(
  transaction: Transaction<OrdersTables>,
  { refundId, lines }: { readonly refundId: string; readonly lines: readonly RefundedLine[] },
): Promise<void> {
  if (lines.length === 0) return
  const rows = lines.map((line) => ({
    id: line.orderItemId,
    unshipped: line.unshippedQuantity,
    shipped: line.shippedQuantity,
    amount: line.amountCents,
    restock: line.restock,
  }))
  await sql`
    with given as (
      select id, unshipped, shipped, amount, restock from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as given (id uuid, unshipped integer, shipped integer, amount bigint, restock boolean)
    ), kept as (
      insert into refund_items (refund_id, order_item_id, unshipped_quantity, shipped_quantity, amount_cents, restock)
      select ${refundId}::uuid, id, unshipped, shipped, amount, restock from given
    )
    update order_items i set refunded_quantity = i.refunded_quantity + given.unshipped,
      returned_quantity = i.returned_quantity + given.shipped
    from given where i.id = given.id`.execute(transaction)
}

export type Ended = {
  readonly status: 'succeeded' | 'failed'
  readonly providerRefundRef: string | null
  readonly failure: string | null
}

/** By the provider's word. */
export async function endRefund(
  transaction: Transaction<OrdersTables>,
  id: string,
  { status, providerRefundRef, failure }: Ended,
): Promise<void> {
  await sql`
    update refunds set status = ${status}, failure = left(${failure}, 300), ended_at = now(),
      provider_refund_ref = coalesce(provider_refund_ref, ${providerRefundRef})
    where id = ${id}`.execute(transaction)
}

/** The provider has it under this reference, and has not decided. */
export async function noteReference(
  transaction: Transaction<OrdersTables>,
  { id, providerRefundRef }: { readonly id: string; readonly providerRefundRef: string },
): Promise<void> {
  await sql`
    update refunds set provider_refund_ref = coalesce(provider_refund_ref, ${providerRefundRef})
    where id = ${id}`.execute(transaction)
}

/** Did not go back: the money and the units can be refunded again. */
export async function giveUpRefund(
  transaction: Transaction<OrdersTables>,
  { id, paymentId, amountCents }: Pick<RefundRow, 'id' | 'paymentId' | 'amountCents'>,
): Promise<void> {
  await sql`
    update payments set refunded_cents = refunded_cents - ${amountCents}, updated_at = now()
    where id = ${paymentId}`.execute(transaction)
  await sql`
    update order_items i set refunded_quantity = i.refunded_quantity - l.unshipped_quantity,
      returned_quantity = i.returned_quantity - l.shipped_quantity
    from refund_items l where l.refund_id = ${id} and i.id = l.order_item_id`.execute(transaction)
}
