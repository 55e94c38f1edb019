import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { ordersMigrations } from './orders-service.ts'
import type { OrdersTables } from './schema.ts'
import { type OrderStatus, orderStatuses } from './status/transitions.ts'

let database: TestDatabase<OrdersTables>
let orderId: string

beforeAll(async () => {
  database = await testDatabase(ordersMigrations)
})
afterAll(() => database.drop())
beforeEach(async () => {
  orderId = await insertOrder({})
})

type Order = { status: string; currency: string; total_cents: number; subtotal_cents: number; version: number }

async function insertOrder(facts: Partial<Order>): Promise<string> {
  const id = randomUUID()
  const order = { status: 'pending', currency: 'EUR', total_cents: 100, subtotal_cents: 100, version: 1, ...facts }
  await sql`insert into orders (id, user_id, status, currency, subtotal_cents, total_cents, version)
    values (${id}, ${randomUUID()}, ${order.status}, ${order.currency}, ${order.subtotal_cents}, ${order.total_cents},
      ${order.version})`.execute(database.kysely)
  return id
}

type Item = { product_id: string; quantity: number; unit_price_cents: number; total_cents: number; order_id: string }

async function insertItem(facts: Partial<Item>): Promise<void> {
  const item = {
    product_id: randomUUID(),
    quantity: 1,
    unit_price_cents: 5,
    total_cents: 5,
    order_id: orderId,
    ...facts,
  }
  await sql`insert into order_items (id, order_id, position, product_id, sku, name, unit_price_cents, quantity, total_cents)
    values (${randomUUID()}, ${item.order_id}, (select count(*) + 1 from order_items where order_id = ${item.order_id}),
      ${item.product_id}, 'S', 'N', ${item.unit_price_cents}, ${item.quantity}, ${item.total_cents})`.execute(
    database.kysely,
  )
}

async function insertHistory(): Promise<void> {
  await sql`insert into order_status_history (order_id, to_status, actor_role, reason, request_id)
    values (${orderId}, 'pending', 'system', 'test', 'r')`.execute(database.kysely)
}

type Key = {
  key: string
  fingerprint: string
  answer_status: number | null
  answer_body: string | null
  user_id: string
}

async function insertKey(facts: Partial<Key>): Promise<void> {
  const key = {
    key: 'k',
    fingerprint: 'a'.repeat(64),
    answer_status: null,
    answer_body: null,
    user_id: randomUUID(),
    ...facts,
  }
  await sql`insert into idempotency_keys (user_id, key, fingerprint, resource_id, locked_until, answer_status, answer_body)
    values (${key.user_id}, ${key.key}, ${key.fingerprint}, ${randomUUID()}, now(), ${key.answer_status}::integer,
      ${key.answer_body}::text)`.execute(database.kysely)
}

type Invoice = { order_id: string; refund_id: string | null; series: string; number: number }

let lastNumber = 0
/** The first of its series that no other row has. */
const freshNumber = () => {
  lastNumber += 1
  return lastNumber
}

async function insertInvoice(facts: Partial<Invoice>): Promise<void> {
  const invoice = { order_id: orderId, refund_id: null, series: 'INV-2026', number: freshNumber(), ...facts }
  await sql`insert into invoices (id, order_id, refund_id, series, number, snapshot, issued_at)
    values (${randomUUID()}, ${invoice.order_id}, ${invoice.refund_id}::uuid, ${invoice.series}, ${invoice.number}, '{}',
      now())`.execute(database.kysely)
}

async function insertDocument(sha256: string): Promise<void> {
  await insertInvoice({})
  await sql`insert into invoice_documents (invoice_id, key, sha256)
    select id, 'k', ${sha256} from invoices where order_id = ${orderId}`.execute(database.kysely)
}

type Task = { key: string; kind: string; state: string }

async function insertTask(facts: Partial<Task>): Promise<void> {
  const task = { key: randomUUID(), kind: 'send_refund', state: 'due', ...facts }
  await sql`insert into order_tasks (kind, key, order_id, state, request_id)
    values (${task.kind}, ${task.key}, ${orderId}, ${task.state}, 'r')`.execute(database.kysely)
}

async function insertSaga({ step = 'reserve', locked = false }): Promise<void> {
  const paymentId = randomUUID()
  await sql`insert into payments (id, order_id, attempt, provider, provider_key, amount_cents, currency, status)
    values (${paymentId}, ${orderId}, 1, 'simulated', ${paymentId}, 100, 'EUR', 'created')`.execute(database.kysely)
  await sql`insert into order_sagas (order_id, payment_id, step, locked_until, request_id)
    values (${orderId}, ${paymentId}, ${step}, ${locked ? new Date() : null}, 'r')`.execute(database.kysely)
}

const setOrder = (column: string, value: unknown) =>
  sql`update orders set ${sql.ref(column)} = ${value} where id = ${orderId}`.execute(database.kysely)

const sqlstateOf = async (violation: Promise<unknown>): Promise<string | undefined> =>
  violation.then(
    () => 'accepted',
    (error: unknown) => (error instanceof pg.DatabaseError ? error.code : String(error)),
  )

const check = '23514'
const unique = '23505'
const foreign = '23503'
const raised = 'P0001'

test.each<[string, string, () => Promise<unknown>]>([
  ['an unknown status', check, () => insertOrder({ status: 'sent' })],
  ['a total that is not the sum of its parts', check, () => insertOrder({ total_cents: 101 })],
  ['a total below 0', check, () => insertOrder({ total_cents: -1, subtotal_cents: -1 })],
  ['a total above 10^12', check, () => insertOrder({ total_cents: 1e12 + 1, subtotal_cents: 1e12 + 1 })],
  ['a currency in small letters', check, () => insertOrder({ currency: 'eur' })],
  ['version 0', check, () => insertOrder({ version: 0 })],
  ['a line of 0', check, () => insertItem({ quantity: 0, total_cents: 0 })],
  ['a line of 1001', check, () => insertItem({ quantity: 1_001, total_cents: 5_005 })],
  ['a price below 0', check, () => insertItem({ unit_price_cents: -5, total_cents: -5 })],
  ['a line whose total is not its price times its units', check, () => insertItem({ total_cents: 6 })],
  ['a line of no order', foreign, () => insertItem({ order_id: randomUUID() })],
  ['a key of 256 characters', check, () => insertKey({ key: 'k'.repeat(256) })],
  ['a fingerprint that is none', check, () => insertKey({ fingerprint: 'x' })],
  ['an answer that is half there', check, () => insertKey({ answer_status: 201 })],
  ['a tax below 0', check, () => setOrder('tax_cents', -1)],
  ['a shipping below 0', check, () => setOrder('shipping_cents', -1)],
  ['a hold without a reason', check, () => setOrder('on_hold_reason', '')],
  ['a reason of 201 characters', check, () => setOrder('on_hold_reason', 'x'.repeat(201))],
  ['a hold number below 0', check, () => setOrder('hold_number', -1)],
  ['an invoice of no order', foreign, () => insertInvoice({ order_id: randomUUID() })],
  ['an invoice of a series of its own', check, () => insertInvoice({ series: 'RE-2026' })],
  ['an invoice of number 0', check, () => insertInvoice({ number: 0 })],
  ['a credit note without a refund', check, () => insertInvoice({ series: 'CN-2026' })],
  ['a document whose hash is none', check, () => insertDocument('x')],
  ['a task of a kind in capitals', check, () => insertTask({ kind: 'SEND' })],
  ['a task that has ended at no time', check, () => insertTask({ state: 'done' })],
  ['a saga at an unknown step', check, () => insertSaga({ step: 'pray' })],
  ['a lease that nobody has', check, () => insertSaga({ locked: true })],
])('O36: %s is refused with %s', async (_, sqlstate, violate) => {
  expect(await sqlstateOf(violate())).toBe(sqlstate)
})

test('O36: an order has one invoice, a number is given once in its series, and a task is there once', async () => {
  const number = freshNumber()
  await insertInvoice({ number })
  expect(await sqlstateOf(insertInvoice({}))).toBe(unique)
  const other = await insertOrder({})
  expect(await sqlstateOf(insertInvoice({ order_id: other, number }))).toBe(unique)
  expect(await sqlstateOf(insertInvoice({ order_id: other, number, series: 'INV-2027' }))).toBe('accepted')
  await insertTask({ key: orderId })
  expect(await sqlstateOf(insertTask({ key: orderId }))).toBe(unique)
})

test.each(["update invoices set snapshot = '{}'", 'delete from invoices', 'truncate invoices cascade'])(
  'O36: invoices are never changed: %s is refused',
  async (statement) => {
    await insertInvoice({})
    expect(await sqlstateOf(sql.raw(statement).execute(database.kysely))).toBe(raised)
  },
)

test('O36: a history is of an order', async () => {
  orderId = randomUUID()
  expect(await sqlstateOf(insertHistory())).toBe(foreign)
})

test('O36: a product is in an order once, and a user has a key once', async () => {
  const product_id = randomUUID()
  await insertItem({ product_id })
  expect(await sqlstateOf(insertItem({ product_id }))).toBe(unique)
  const user_id = randomUUID()
  await insertKey({ user_id })
  expect(await sqlstateOf(insertKey({ user_id }))).toBe(unique)
})

test.each([
  "update order_status_history set reason = 'x'",
  'delete from order_status_history',
  'truncate order_status_history',
])('O36: the history takes new rows only: %s is refused', async (statement) => {
  await insertHistory()
  expect(await sqlstateOf(sql.raw(statement).execute(database.kysely))).toBe(raised)
})

const allowed: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  draft: ['pending', 'cancelled'],
  pending: ['draft', 'paid', 'expired', 'cancelled'],
  paid: ['processing', 'shipped', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
  expired: ['paid'],
}

test('O11: the database lets a status change along the table only', async () => {
  for (const from of orderStatuses) {
    for (const to of orderStatuses) {
      const id = await insertOrder({ status: from })
      const change = sql`update orders set status = ${to} where id = ${id}`.execute(database.kysely)
      const expected = from === to || allowed[from].includes(to) ? 'accepted' : raised
      expect([from, to, await sqlstateOf(change)]).toEqual([from, to, expected])
    }
  }
})
