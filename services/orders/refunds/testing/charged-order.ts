import { sql } from 'kysely'
import { issueInvoice } from '../../invoices/issue-invoice.ts'
import { findPayment } from '../../pay/payment-store.ts'
import type { RefundBehaviour } from '../../payments/simulated/simulated-tokens.ts'
import { type GivenOrder, type OrderWish, paidOrder } from '../../testing/paid-order.ts'
import type { RefundStage } from './refund-stage.ts'

export type ChargedOrder = GivenOrder & { readonly providerRef: string; readonly paymentKey: string }

export type ChargedWish = OrderWish & {
  /** How the simulated provider treats refunds of its charge. */
  readonly refunds?: RefundBehaviour
  /** The catalog has sold its units: its products are there, and its reference is committed. */
  readonly sold?: true
}

/** A paid order with its invoice, whose charge the simulated provider knows too. */
export async function chargedOrder(stage: RefundStage, { refunds = 'succeed', sold, ...wish }: ChargedWish = {}) {
  const { kysely, parts } = stage
  const order = await paidOrder(kysely, wish)
  const paymentId = order.paymentId ?? ''
  const providerRef = `ref_${paymentId}`
  const paymentKey = `order:${order.id}:pay:1`
  await sql`
    insert into simulated_charges (key, reference, order_id, amount_cents, currency, state, captured_cents,
      captured_currency, refunds)
    select provider_key, provider_ref, order_id, amount_cents, currency, 'captured', captured_cents, currency, ${refunds}
    from payments where id = ${paymentId}`.execute(kysely)
  await kysely.transaction().execute(async (transaction) => {
    const payment = await findPayment(transaction, paymentId)
    if (payment === undefined) throw new Error('the order is not paid')
    await issueInvoice(transaction, parts, { orderId: order.id, payment, cause: { requestId: 'test' } })
  })
  if (sold) await sellUnits(stage, order)
  return { ...order, providerRef, paymentKey } satisfies ChargedOrder
}

async function sellUnits({ catalog }: RefundStage, { lines, reference }: GivenOrder): Promise<void> {
  for (const { productId } of lines) catalog.addProduct({ id: productId, stock: 100 })
  const items = lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }))
  await post(`${catalog.url}/api/v1/inventory/reserve`, { reference, items, ttl_seconds: 3_600 })
  await post(`${catalog.url}/api/v1/inventory/commit`, { reference })
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
}

export type MoneyRow = { captured: number; refunded: number; given: number; payment_status: string; status: string }

/** `given` is what `refunded` should be: the sum of refunds that have not failed. */
export async function moneyOf({ kysely }: RefundStage, orderId: string): Promise<MoneyRow | undefined> {
  const { rows } = await sql<MoneyRow>`
    select p.captured_cents as captured, p.refunded_cents as refunded, o.payment_status, o.status,
      (select coalesce(sum(amount_cents), 0)::bigint from refunds r where r.payment_id = p.id and r.status <> 'failed')
        as given
    from payments p join orders o on o.id = p.order_id where p.order_id = ${orderId}`.execute(kysely)
  return rows[0]
}

export type RefundFacts = { status: string; key: string; failure: string | null; amount: number }

export async function refundRows({ kysely }: RefundStage, orderId: string): Promise<RefundFacts[]> {
  const { rows } = await sql<RefundFacts>`
    select status, key, failure, amount_cents as amount from refunds where order_id = ${orderId} order by id`.execute(
    kysely,
  )
  return rows
}

export type UnitsRow = { shipped: number; refunded: number; returned: number }

export async function unitsOf({ kysely }: RefundStage, itemId: string): Promise<UnitsRow | undefined> {
  const { rows } = await sql<UnitsRow>`
    select shipped_quantity as shipped, refunded_quantity as refunded, returned_quantity as returned
    from order_items where id = ${itemId}`.execute(kysely)
  return rows[0]
}
