import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCursors } from '../../kit/pagination.ts'
import { createRoutes } from '../../kit/routes.ts'
import { recordedStatements } from '../../kit/testing/recorded-statements.ts'
import { type TestApp, testApp } from '../../kit/testing/test-app.ts'
import { type TestDatabase, testDatabase } from '../../kit/testing/test-database.ts'
import { testGuard } from '../../kit/testing/test-guard.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { ordersAccess } from '../access.ts'
import { orderPageSchema, orderSchema } from '../order-contract.ts'
import { ordersMigrations } from '../orders-service.ts'
import type { OrdersTables } from '../schema.ts'
import { type OrderStatus, orderStatuses, type PaymentStatus, paymentStatuses } from '../status/transitions.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { addReadRoutes } from './read-routes.ts'

const path = '/api/v1/orders'
const recorded = recordedStatements()
let database: TestDatabase<OrdersTables>
let shop: TestApp

type Placed = { id: string; user_id: string; status: OrderStatus; payment_status: PaymentStatus; created_at: Date }

const minute = 60_000
const begin = Date.UTC(2026, 0, 1)
const [owner, other] = [randomUUID(), randomUUID()]
const at = <Value>(values: readonly [Value, ...Value[]], index: number): Value =>
  values[index % values.length] ?? values[0]

/** A thousand of the one and fifty of the other, a minute between them, with every status beside every payment status. */
const placed: readonly Placed[] = Array.from({ length: 1_050 }, (_, index) => {
  const created_at = new Date(begin + index * minute)
  return {
    id: uuidV7(created_at),
    user_id: index % 21 === 20 ? other : owner,
    status: at(orderStatuses, index),
    payment_status: at(paymentStatuses, Math.floor(index / orderStatuses.length)),
    created_at,
  }
})

beforeAll(async () => {
  database = await testDatabase<OrdersTables>(ordersMigrations)
  const routes = createRoutes()
  addReadRoutes(routes, {
    database: database.kysely.withPlugin(recorded.plugin),
    guard: testGuard(ordersAccess),
    cursors: createCursors('a secret of the tests'),
  })
  shop = testApp(routes)
  await sql`
    insert into orders (id, user_id, status, payment_status, currency, subtotal_cents, total_cents, created_at, updated_at)
    select id, user_id, status, payment_status, 'EUR', 100, 100, created_at, created_at
    from jsonb_to_recordset(${JSON.stringify(placed)}::jsonb)
      as given (id uuid, user_id uuid, status text, payment_status text, created_at timestamptz)`.execute(
    database.kysely,
  )
})
afterAll(() => database.drop())

const get = async (target: string, as: string) =>
  shop.app.request(target, { headers: { authorization: `Bearer ${as}` } })

async function walk(as: string, filters: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '100', ...filters, ...(cursor === null ? {} : { cursor }) })
    const response = await get(`${path}?${query}`, as)
    expect(response.status, await response.clone().text()).toBe(200)
    const page = orderPageSchema.parse(await response.json())
    ids.push(...page.data.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  return ids
}

const newestFirst = (orders: readonly Placed[]) => orders.map(({ id }) => id).toReversed()

test('O31: who has a thousand orders walks them page by page, newest first, each once and none of another’s', async () => {
  const mine = placed.filter(({ user_id }) => user_id === owner)
  expect(mine).toHaveLength(1_000)
  expect(await walk(owner)).toEqual(newestFirst(mine))
  expect(await walk(owner, { sort: 'created_at' })).toEqual(newestFirst(mine).toReversed())
  expect(await walk(other)).toEqual(newestFirst(placed.filter(({ user_id }) => user_id === other)))
})

test('O31: an admin sees all', async () => {
  expect(await walk('admin')).toEqual(newestFirst(placed))
})

test('O31: status, payment status, from and to narrow the list together, for a customer and for an admin', async () => {
  const [from, to] = [new Date(begin + 100 * minute), new Date(begin + 800 * minute)]
  const between = ({ created_at }: Placed) => created_at >= from && created_at < to
  for (const [as, isShown] of [
    [owner, ({ user_id }: Placed) => user_id === owner],
    ['admin', () => true],
  ] as const) {
    for (const status of orderStatuses) {
      for (const payment_status of paymentStatuses) {
        const wanted = placed.filter(
          (order) =>
            isShown(order) && between(order) && order.status === status && order.payment_status === payment_status,
        )
        expect(wanted.length).toBeGreaterThan(5)
        const filters = { status, payment_status, from: from.toISOString(), to: to.toISOString() }
        expect(await walk(as, filters)).toEqual(newestFirst(wanted))
      }
    }
  }
  const edge = { from: from.toISOString(), to: new Date(from.getTime() + 1).toISOString() }
  expect(await walk('admin', edge)).toEqual([placed[100]?.id])
})

test('O31: a page is one statement, whatever is asked for', async () => {
  const target = `${path}?limit=100&status=paid&payment_status=paid&from=2026-01-01T00:00:00Z`
  expect(await recorded.during(() => get(target, owner))).toHaveLength(1)
})

test('O31: one order takes six statements at most, whatever its size', async () => {
  const [small, large] = [
    await paidOrder(database.kysely, { userId: owner }),
    await paidOrder(database.kysely, { userId: owner, lines: Array.from({ length: 100 }, () => ({ quantity: 3 })) }),
  ]
  await sql`
    insert into refunds (id, order_id, payment_id, provider, key, provider_key, amount_cents, currency, reason, request_id)
    select gen_random_uuid(), ${large.id}, ${large.paymentId}, 'simulated', n::text, ${large.id} || n, 1, 'EUR', 'x', 'r'
    from generate_series(1, 50) as n`.execute(database.kysely)
  await sql`
    insert into refund_items (refund_id, order_item_id, unshipped_quantity, shipped_quantity, amount_cents, restock)
    select r.id, i.id, 1, 0, 1, false from refunds r, order_items i
    where r.order_id = ${large.id} and i.order_id = ${large.id}`.execute(database.kysely)
  await sql`
    insert into shipments (id, order_id, carrier, tracking_number)
    select gen_random_uuid(), ${large.id}, 'dhl', 'L' || n from generate_series(1, 50) as n`.execute(database.kysely)
  await sql`
    insert into shipment_items (shipment_id, order_item_id, quantity)
    select s.id, i.id, 1 from shipments s, order_items i
    where s.order_id = ${large.id} and i.order_id = ${large.id}`.execute(database.kysely)
  await sql`
    insert into order_status_history (order_id, to_status, actor_role, reason, request_id)
    select ${large.id}, 'paid', 'system', 'x', 'r' from generate_series(1, 100)`.execute(database.kysely)

  for (const { id, size } of [
    { id: small.id, size: [1, 1, 0, 0, 0] },
    { id: large.id, size: [100, 1, 50, 50, 20] },
  ]) {
    let shown: unknown
    const statements = await recorded.during(async () => {
      const { items, payments, refunds, shipments, history } = orderSchema.parse(
        await (await get(`${path}/${id}`, owner)).json(),
      )
      shown = [items, payments, refunds, shipments, history].map(({ length }) => length)
    })
    expect(shown).toEqual(size)
    expect(statements.length).toBeLessThanOrEqual(6)
  }
})
