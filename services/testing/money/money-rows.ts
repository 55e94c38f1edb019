import { type QueryExecutorProvider, sql } from 'kysely'

/** An order as the tables have it, ours and the simulated provider's, by raw SQL. */
export type MoneyRow = {
  readonly status: string
  readonly payment_status: string
  readonly total: number
  /** Statuses it came to, in their order. */
  readonly history: readonly string[]
  readonly events: readonly string[]
  readonly payments: readonly string[]
  readonly captured: number
  /** Of refunds that have not failed. */
  readonly refunded: number
  /** Statuses of the refunds, in their order. */
  readonly refunds: readonly string[]
  readonly invoices: number
  readonly shipments: number
  /** At the provider. */
  readonly charges: number
  readonly charged: number
  readonly given_back: number
}

export async function moneyOf(orders: QueryExecutorProvider, orderId: string): Promise<MoneyRow> {
  const [row] = await moneyOfAll(orders, [orderId])
  if (row === undefined) throw new Error(`there is no order ${orderId}`)
  return row
}

/** Of each order, in the order of the ids. */
export async function moneyOfAll(orders: QueryExecutorProvider, orderIds: readonly string[]): Promise<MoneyRow[]> {
  const { rows } = await sql<MoneyRow>`
    select o.status, o.payment_status, o.total_cents as total,
      array(select to_status from order_status_history where order_id = o.id order by id) as history,
      array(select type from outbox_events where subject = o.id order by seq) as events,
      array(select status from payments where order_id = o.id order by attempt) as payments,
      (select coalesce(sum(captured_cents), 0)::bigint from payments where order_id = o.id) as captured,
      (select coalesce(sum(amount_cents), 0)::bigint from refunds where order_id = o.id and status <> 'failed')
        as refunded,
      array(select status from refunds where order_id = o.id order by id) as refunds,
      (select count(*) from invoices where order_id = o.id and refund_id is null) as invoices,
      (select count(*) from shipments where order_id = o.id) as shipments,
      (select count(*) from simulated_charges c where c.order_id = o.id::text and c.captured_cents > 0) as charges,
      (select coalesce(sum(c.captured_cents), 0)::bigint from simulated_charges c where c.order_id = o.id::text)
        as charged,
      (select coalesce(sum(c.refunded_cents), 0)::bigint from simulated_charges c where c.order_id = o.id::text)
        as given_back
    from unnest(${orderIds}::uuid[]) with ordinality as wanted (id, position) join orders o on o.id = wanted.id
    order by wanted.position`.execute(orders)
  return rows
}

/** How often its customer is told this by mail. */
export async function mailsOf(orders: QueryExecutorProvider, orderId: string, template: string): Promise<number> {
  const { rows } = await sql<{ mails: number }>`
    select count(*) as mails from notifications
    where channel = 'mail' and template = ${template} and data->>'order_id' = ${orderId}`.execute(orders)
  return rows[0]?.mails ?? 0
}

/** How often the simulated provider was asked for it, under the order's keys. */
export async function providerCalls(orders: QueryExecutorProvider, operation: string, orderId: string) {
  const { rows } = await sql<{ calls: number }>`
    select count(*) as calls from simulated_calls
    where operation = ${operation} and starts_with(key, ${`order:${orderId}:`})`.execute(orders)
  return rows[0]?.calls ?? 0
}

export type StockRow = { readonly quantity: number; readonly reserved: number }

export async function stockOf(catalog: QueryExecutorProvider, productId: string): Promise<StockRow | undefined> {
  const { rows } = await sql<StockRow>`
    select quantity, reserved from inventory where product_id = ${productId}`.execute(catalog)
  return rows[0]
}

/** Of all holds of the order, in their order: `active`, `committed`, `released`, `returned`. */
export async function holdsOf(catalog: QueryExecutorProvider, orderId: string): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select state from inventory_reservations where starts_with(reference, ${`order:${orderId}:`})
    order by reference`.execute(catalog)
  return rows.map(({ state }) => state)
}
