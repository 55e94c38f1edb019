import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { OrdersTables } from '../schema.ts'

export const rowsEach = 100_000
const usersAtAll = 1_000

/** Those with so many rows. */
export const largeTables: readonly string[] = [
  ...['orders', 'order_items', 'order_status_history', 'payments', 'refunds', 'refund_items', 'shipments'],
  ...['shipment_items', 'invoices', 'invoice_documents', 'order_sagas', 'order_tasks', 'webhook_events'],
  ...['audit_logs', 'idempotency_keys'],
]

const kinds = { user: '1', order: '2', item: '3', payment: '4', refund: '5', shipment: '6', invoice: '7' } as const

const largeId = (kind: keyof typeof kinds, n: number): string =>
  `0000000${kinds[kind]}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
export const largeOrderId = (n: number): string => largeId('order', n)

const idOf = (kind: keyof typeof kinds, n: RawBuilder<unknown> = sql`n`): RawBuilder<unknown> =>
  sql`(${`0000000${kinds[kind]}-0000-7000-8000-`} || lpad(to_hex((${n})::bigint), 12, '0'))::uuid`

/**
 * A hundred thousand orders of a thousand customers, each with one of everything that an order can have. Most are
 * delivered, and three in a hundred wait for something.
 */
export async function seedLargeShop(url: string): Promise<void> {
  // Not by the service's own pool, whose statements end after five seconds.
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const kysely = new Kysely<OrdersTables>({ dialect: new PostgresDialect({ pool }) })
  await kysely.transaction().execute(async (transaction) => {
    // No triggers, neither of foreign keys: the rows are right, and this is a third of the time.
    await sql`set local session_replication_role = replica`.execute(transaction)
    await insertOrders(transaction)
    await insertMoney(transaction)
    await insertParcels(transaction)
    await insertWork(transaction)
  })
  await sql`vacuum analyze`.execute(kysely)
  await kysely.destroy()
}

const rows = sql`generate_series(1, ${sql.lit(rowsEach)}) as n`

async function insertOrders(transaction: Transaction<OrdersTables>): Promise<void> {
  await sql`
    insert into orders (id, user_id, status, payment_status, currency, subtotal_cents, total_cents,
      reservation_reference, hold_number, pending_at, paid_at, created_at, updated_at)
    select ${idOf('order')}, ${idOf('user', sql`n % ${sql.lit(usersAtAll)}`)},
      (array['pending', 'paid', 'processing'])[case when n % 100 < 3 then 1 + n % 100 end], 'paid', 'EUR', 100, 100,
      'large:' || n, 1, at, at, at, at
    from ${rows}, lateral (select now() - make_interval(secs => n) as at) as times
    where n % 100 < 3
    union all
    select ${idOf('order')}, ${idOf('user', sql`n % ${sql.lit(usersAtAll)}`)}, 'delivered',
      case when n % 10 = 9 then 'partially_refunded' else 'paid' end, 'EUR', 100, 100,
      'large:' || n, 1, at, at, at, at
    from ${rows}, lateral (select now() - make_interval(secs => n) as at) as times
    where n % 100 >= 3`.execute(transaction)
  await sql`
    insert into order_items (id, order_id, position, product_id, sku, name, unit_price_cents, quantity, total_cents,
      shipped_quantity)
    select ${idOf('item')}, ${idOf('order')}, 1, gen_random_uuid(), 'L-' || n, 'Thing', 50, 2, 100, 2
    from ${rows}`.execute(transaction)
  await sql`
    insert into order_status_history (order_id, from_status, to_status, actor_role, reason, request_id)
    select ${idOf('order')}, 'draft', 'pending', 'user', 'x', 'r' from ${rows}`.execute(transaction)
  await sql`
    insert into audit_logs (actor, action, order_id, request_id)
    select 'system', 'order_paid', ${idOf('order')}, 'r' from ${rows}`.execute(transaction)
  await sql`
    insert into idempotency_keys (user_id, key, fingerprint, resource_id, locked_until)
    select ${idOf('user', sql`n % ${sql.lit(usersAtAll)}`)}, 'large:' || n, repeat('a', 64), ${idOf('order')}, now()
    from ${rows}`.execute(transaction)
}

async function insertMoney(transaction: Transaction<OrdersTables>): Promise<void> {
  await sql`
    insert into payments (id, order_id, attempt, provider, provider_key, provider_ref, amount_cents, currency,
      captured_cents, refunded_cents, status)
    select ${idOf('payment')}, ${idOf('order')}, 1, 'simulated', 'large:' || n, 'sim_large_' || n, 100, 'EUR', 100, 1,
      'captured' from ${rows}`.execute(transaction)
  await sql`
    insert into refunds (id, order_id, payment_id, provider, key, provider_key, provider_refund_ref, amount_cents,
      currency, status, reason, request_id, ended_at)
    select ${idOf('refund')}, ${idOf('order')}, ${idOf('payment')}, 'simulated', 'k', 'large:' || n || ':k',
      'sim_re_large_' || n, 1, 'EUR', 'succeeded', 'x', 'r', now() from ${rows}`.execute(transaction)
  await sql`
    insert into refund_items (refund_id, order_item_id, unshipped_quantity, shipped_quantity, amount_cents, restock)
    select ${idOf('refund')}, ${idOf('item')}, 0, 1, 1, false from ${rows}`.execute(transaction)
  await sql`
    insert into invoices (id, order_id, series, number, snapshot, issued_at)
    select ${idOf('invoice')}, ${idOf('order')}, 'INV-2025', n, '{}', now() from ${rows}`.execute(transaction)
  await sql`
    insert into invoice_documents (invoice_id, key, sha256)
    select ${idOf('invoice')}, 'large/' || n, repeat('a', 64) from ${rows}`.execute(transaction)
}

async function insertParcels(transaction: Transaction<OrdersTables>): Promise<void> {
  await sql`
    insert into shipments (id, order_id, carrier, tracking_number, status, delivered_at)
    select ${idOf('shipment')}, ${idOf('order')}, 'dhl', 'L' || n, 'delivered', now() from ${rows}`.execute(transaction)
  await sql`
    insert into shipment_items (shipment_id, order_item_id, quantity)
    select ${idOf('shipment')}, ${idOf('item')}, 2 from ${rows}`.execute(transaction)
}

async function insertWork(transaction: Transaction<OrdersTables>): Promise<void> {
  await sql`
    insert into order_sagas (order_id, payment_id, step, request_id)
    select ${idOf('order')}, ${idOf('payment')}, 'done', 'r' from ${rows}`.execute(transaction)
  await sql`
    insert into order_tasks (kind, key, order_id, request_id, state, ended_at)
    select 'send_refund', 'large:' || n, ${idOf('order')}, 'r', 'done', now() from ${rows}`.execute(transaction)
  await sql`
    insert into webhook_events (provider, event_id, facts, state, request_id, ended_at)
    select 'simulated', 'large:' || n, '{}', 'applied', 'r', now() from ${rows}`.execute(transaction)
}
