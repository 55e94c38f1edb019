import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../kit/testing/test-database.ts'
import { ordersMigration } from '../migrations/0001-orders.ts'
import { moneyMigration } from '../migrations/0002-money.ts'
import type { OrdersTables } from '../schema.ts'
import { type GivenOrder, paidOrder } from '../testing/paid-order.ts'

let database: TestDatabase<OrdersTables>
let order: GivenOrder
beforeAll(async () => {
  database = await testDatabase<OrdersTables>([ordersMigration, moneyMigration], { poolSize: 2 })
  order = await paidOrder(database.kysely, { lines: [{ quantity: 5, shipped: 2 }] })
})
afterAll(() => database?.drop())

const values = (row: Record<string, unknown>) =>
  sql`(${sql.join(Object.keys(row).map((name) => sql.ref(name)))}) values (${sql.join(Object.values(row))})`

const payment = (row: Record<string, unknown>) =>
  sql`insert into payments ${values({
    id: randomUUID(),
    order_id: order.id,
    attempt: 2,
    provider: 'simulated',
    provider_key: randomUUID(),
    amount_cents: 5_000,
    currency: 'EUR',
    status: 'declined',
    ...row,
  })}`

const refund = (row: Record<string, unknown>) =>
  sql`insert into refunds ${values({
    id: randomUUID(),
    order_id: order.id,
    payment_id: order.paymentId,
    provider: 'simulated',
    key: randomUUID(),
    provider_key: randomUUID(),
    amount_cents: 1,
    currency: 'EUR',
    reason: 'test',
    request_id: 'test',
    ...row,
  })}`

const money = (set: RawBuilder<unknown>) => sql`update payments set ${set} where id = ${order.paymentId ?? ''}`
const units = (set: RawBuilder<unknown>) => sql`update order_items set ${set} where id = ${order.lines[0]?.id ?? ''}`
const twice = (statement: (row: Record<string, unknown>) => RawBuilder<unknown>, row: Record<string, unknown>) => [
  statement(row),
  statement(row),
]

const cases: [string, string, () => RawBuilder<unknown> | RawBuilder<unknown>[]][] = [
  ['a second payment that is at work or captured', '23505', () => payment({ status: 'created' })],
  ['less than nothing refunded', '23514', () => money(sql`refunded_cents = -1`)],
  ['more refunded than captured', '23514', () => money(sql`refunded_cents = captured_cents + 1`)],
  ['more captured than asked for', '23514', () => money(sql`captured_cents = amount_cents + 1`)],
  ['a payment of the provider twice', '23505', () => twice(payment, { attempt: 3, provider_ref: 'ref_1' })],
  ['a payment’s key twice', '23505', () => twice(payment, { provider_key: 'key_1' })],
  ['an attempt twice', '23505', () => payment({ attempt: 1 })],
  ['a payment in an unknown state', '23514', () => payment({ status: 'lost' })],
  ['a payment of no order', '23503', () => payment({ order_id: randomUUID() })],
  ['a refund of nothing', '23514', () => refund({ amount_cents: 0 })],
  ['a refund’s key twice for a payment', '23505', () => twice(refund, { key: 'k' })],
  ['a refund’s key at the provider twice', '23505', () => twice(refund, { provider_key: 'p' })],
  ['a refund of the provider twice', '23505', () => twice(refund, { provider_refund_ref: 're_1' })],
  ['a refund in an unknown state', '23514', () => refund({ status: 'lost' })],
  ['a refund that has ended at no time', '23514', () => refund({ status: 'failed' })],
  ['more of the shipping than of the whole', '23514', () => refund({ amount_cents: 1, shipping_cents: 2 })],
  ['a refund of no payment', '23503', () => refund({ payment_id: randomUUID() })],
  ['more units shipped and refunded than ordered', '23514', () => units(sql`refunded_quantity = 4`)],
  ['more units returned than shipped', '23514', () => units(sql`returned_quantity = 3`)],
  [
    'a payment status that was typed in',
    'P0001',
    () => sql`update orders set payment_status = 'refunded' where id = ${order.id}`,
  ],
]

test.each(cases)('O36: the database refuses %s with %s', async (_, sqlstate, statements) => {
  const run = database.kysely.transaction().execute(async (transaction) => {
    for (const statement of [statements()].flat()) await statement.execute(transaction)
  })
  await expect(run).rejects.toMatchObject({ code: sqlstate })
})
