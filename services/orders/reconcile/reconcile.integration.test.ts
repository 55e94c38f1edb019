import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { z } from 'zod'
import type { Order } from '../order-contract.ts'
import type { CatalogStandIn } from '../testing/catalog-stand-in.ts'
import { type OrdersApp, type OrdersFixture, ordersFixture, problemOf, type User } from '../testing/orders-fixture.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { ordersPath, shopping, unitsOf } from '../testing/shopping.ts'
import { reconciliationSchema } from './reconcile-contract.ts'

type Report = z.output<typeof reconciliationSchema>

let fixture: OrdersFixture
let catalog: CatalogStandIn
let app: OrdersApp
let admin: User
let shop: ReturnType<typeof shopping>
let office: ReturnType<typeof shopping>

beforeAll(async () => {
  fixture = await ordersFixture()
  catalog = fixture.catalog
  app = await fixture.openApp()
  admin = await fixture.signIn('admin')
  shop = shopping(app, await fixture.signIn())
  office = shopping(app, admin)
})
afterAll(async () => {
  await app.close()
  await fixture.close()
})
beforeEach(() => catalog.disturb(() => undefined))

const change = (statement: ReturnType<typeof sql>) => statement.execute(fixture.database.kysely)

async function page(body: object = {}, at: Pick<OrdersApp, 'request'> = app): Promise<Report> {
  const response = await shopping(at, admin).post(`${ordersPath}/reconcile`, body)
  expect(response.status, await response.clone().text()).toBe(200)
  return reconciliationSchema.parse(await response.json())
}

async function walk(body: object = {}): Promise<Report> {
  const report: { checked: number; drift: Report['drift']; unknown: Report['unknown'] } = {
    checked: 0,
    drift: [],
    unknown: [],
  }
  let cursor: string | null = null
  do {
    const { checked, drift, unknown, next }: Report = await page({ ...body, ...(cursor === null ? {} : { cursor }) })
    report.checked += checked
    report.drift.push(...drift)
    report.unknown.push(...unknown)
    cursor = next
  } while (cursor !== null)
  return { ...report, next: null }
}

/** What is said of one order, without its id. */
const driftOf = async ({ id }: { readonly id: string }) =>
  (await walk()).drift.flatMap(({ order_id, ...drift }) => (order_id === id ? [drift] : []))

async function paid(units = 2, token = 'tok_ok'): Promise<Order & { readonly productId: string }> {
  const pan = catalog.addProduct({ price: 1_000 })
  const { id } = await shop.draft(unitsOf(pan, units))
  const response = await shop.pay(id, token)
  expect(response.status, await response.clone().text()).toBe(200)
  return { ...(await shop.read(id)), productId: pan.id }
}

async function pending(token: string, status: number): Promise<Order> {
  const { id } = await shop.draft(unitsOf(catalog.addProduct({ price: 1_000 })))
  expect((await shop.pay(id, token)).status).toBe(status)
  return shop.read(id)
}

async function refunded(wish: (order: Order) => object): Promise<Order & { readonly productId: string }> {
  const order = await paid()
  const body = { reason: 'of the test', ...wish(order) }
  const response = await office.post(`${ordersPath}/${order.id}/refunds`, body)
  expect(response.status, await response.clone().text()).toBe(201)
  return order
}

const restocking = (restock: boolean) => (order: Order) => ({
  lines: [{ order_item_id: order.items[0]?.id, quantity: 1, restock }],
})

const atRest = () =>
  vi.waitUntil(
    async () => {
      const { rows } = await sql`
        select 1 from order_tasks where state = 'due' and kind <> 'store_document' and key not like 'test:%'
        union all select 1 from order_sagas where step not in ('done', 'await')`.execute(fixture.database.kysely)
      return rows.length === 0
    },
    { timeout: 20_000, interval: 50 },
  )

/** The bank has captured what was cancelled, and says so. */
async function captureLate(order: Order | undefined): Promise<void> {
  const id = order?.id
  await change(sql`update simulated_charges set state = 'captured', captured_cents = 1000 where order_id = ${id}`)
  await change(sql`
    insert into order_tasks (kind, key, order_id, data, request_id)
    select 'ask_payment', 'ask:' || id, order_id, jsonb_build_object('payment_id', id), 'late' from payments
    where order_id = ${id}`)
  const isBack = async () => (await shop.read(id ?? '')).payments.some(({ refunded_cents }) => refunded_cents > 0)
  await vi.waitUntil(isBack, { timeout: 10_000, interval: 50 })
}

test('O22: of a shop whose orders have met every fate the report of drift is empty, page by page', async () => {
  const [shipped, returned, expiring] = [await paid(), await paid(), await pending('tok_declined', 402)]
  const withCost = { carrier: 'other', tracking_number: 'R1' }
  const shipment = await office.post(`${ordersPath}/${shipped.id}/shipments`, withCost)
  expect(shipment.status, await shipment.clone().text()).toBe(201)
  const gone = [returned, await pending('tok_declined', 402), await pending('tok_needs_action', 202)]
  for (const { id } of gone) expect((await shop.cancel(id)).status).toBe(200)
  await refunded(() => ({ amount_cents: 300 }))
  await refunded(restocking(true))
  expect((await shop.cancel((await refunded(restocking(false))).id)).status).toBe(200)
  await paid(1, 'tok_refund_fails')
  await pending('tok_needs_action', 202)
  const short = await shop.draft(unitsOf(catalog.addProduct({ stock: 1 }), 2))
  expect((await shop.pay(short.id)).status).toBe(409)
  await shop.draft(unitsOf(catalog.addProduct()))
  await change(sql`update orders set pending_at = now() - interval '61 minutes' where id = ${expiring.id}`)
  await vi.waitUntil(async () => (await shop.read(expiring.id)).status === 'expired', { timeout: 15_000, interval: 50 })
  await atRest()
  const [late] = gone.slice(-1)
  await captureLate(late)
  const other = await pending('tok_wrong_amount', 202)
  const giveBack = { reason: 'not the amount', amount_cents: 999 }
  expect((await office.post(`${ordersPath}/${other.id}/refunds`, giveBack)).status).toBe(201)
  await atRest()
  expect(await shop.read(late?.id ?? '')).toMatchObject({
    status: 'cancelled',
    payment_status: 'unpaid',
    payments: [{ status: 'surplus', captured_cents: 1_000, refunded_cents: 1_000 }],
  })
  expect(await shop.read(other.id)).toMatchObject({ payment_status: 'unpaid', payments: [{ refunded_cents: 999 }] })

  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from orders`.execute(
    fixture.database.kysely,
  )
  const count = rows[0]?.count
  expect(count).toBe(13)
  expect(await walk()).toEqual({ checked: count, drift: [], unknown: [], next: null })
  expect(await walk({ limit: 5 })).toEqual({ checked: count, drift: [], unknown: [], next: null })
}, 60_000)

const simulated = (order: Order) => sql.raw(`order_id = '${order.id}'`)
const captured = (cents: number, order: Order) =>
  change(sql`update payments set captured_cents = ${cents} where order_id = ${order.id}`)
const work = (order: Order, state: 'due' | 'parked') =>
  change(sql`
    insert into order_tasks (kind, key, order_id, request_id, created_at, next_run_at, state, ended_at)
    values ('return_stock', ${`test:${order.id}`}, ${order.id}, 'r', now() - interval '16 minutes',
      now() + interval '1 day', ${state}, ${state === 'due' ? null : new Date()})`)
const hold = (order: Order) => {
  const found = catalog.holds.get(`order:${order.id}:hold:1`)
  if (found === undefined) throw new Error('the catalog has no such hold')
  return found
}

type Planted = Order & { readonly productId?: string }
type Plant = { readonly make?: () => Promise<Planted>; plant(order: Planted): unknown; drift(order: Planted): object[] }

const paymentOf = (order: Order) => order.payments[0]?.id
const atProvider = (order: Order, expected: string, found: string) => ({
  ...{ kind: 'charge', about: paymentOf(order), expected, found },
})

test.each<[string, Plant]>([
  [
    'a payment status that somebody wrote by hand',
    {
      plant: (order) =>
        fixture.database.kysely.transaction().execute(async (transaction) => {
          await sql`set local session_replication_role = replica`.execute(transaction)
          await sql`update orders set payment_status = 'refunded' where id = ${order.id}`.execute(transaction)
        }),
      drift: () => [{ kind: 'payment_status', about: null, expected: 'paid', found: 'refunded' }],
    },
  ],
  [
    'a payment that says less than was captured',
    {
      plant: (order) => captured(1_900, order),
      drift: (order) => [
        { kind: 'money_missing', about: null, expected: '2000', found: '1900' },
        atProvider(order, '1900 EUR', '2000 EUR'),
      ],
    },
  ],
  [
    'an order that is cancelled with its money and its stock',
    {
      plant: (order) => change(sql`update orders set status = 'cancelled' where id = ${order.id}`),
      drift: (order) => [
        { kind: 'money_unclaimed', about: paymentOf(order), expected: '0', found: '2000' },
        { kind: 'stock', about: null, expected: 'free', found: 'committed' },
      ],
    },
  ],
  [
    'cents that are counted as refunded by no refund',
    {
      plant: (order) => change(sql`update payments set refunded_cents = 100 where order_id = ${order.id}`),
      drift: (order) => [{ kind: 'refund_sum', about: paymentOf(order), expected: '100', found: '0' }],
    },
  ],
  [
    'work that nobody could do',
    {
      plant: (order) => work(order, 'parked'),
      drift: () => [{ kind: 'unfinished', about: 'return_stock', expected: 'done', found: 'parked' }],
    },
  ],
  [
    'work that has been open for too long',
    {
      plant: (order) => work(order, 'due'),
      drift: () => [{ kind: 'unfinished', about: 'return_stock', expected: 'done', found: 'open' }],
    },
  ],
  [
    'a charge of another sum at the provider',
    {
      plant: (order) => change(sql`update simulated_charges set captured_cents = 1999 where ${simulated(order)}`),
      drift: (order) => [atProvider(order, '2000 EUR', '1999 EUR')],
    },
  ],
  [
    'a charge that the provider does not have',
    {
      plant: (order) =>
        change(sql`update simulated_charges set key = ${`other:${order.id}`} where ${simulated(order)}`),
      drift: (order) => [atProvider(order, '2000 EUR', 'nothing')],
    },
  ],
  [
    'a charge that the provider made and we took for declined',
    {
      make: () => pending('tok_declined', 402),
      plant: (order) =>
        change(sql`update simulated_charges set state = 'captured', captured_cents = 1000 where ${simulated(order)}`),
      drift: (order) => [atProvider(order, 'nothing', '1000 EUR')],
    },
  ],
  [
    'money that went back at the provider and nobody told',
    {
      plant: (order) => change(sql`update simulated_charges set refunded_cents = 500 where ${simulated(order)}`),
      drift: (order) => [{ kind: 'refunded', about: paymentOf(order), expected: '0', found: '500' }],
    },
  ],
  [
    'a refund that the provider calls failed',
    {
      make: async () => {
        const { id } = await refunded(() => ({ amount_cents: 300 }))
        await vi.waitUntil(async () => (await shop.read(id)).refunds[0]?.status === 'succeeded', { timeout: 10_000 })
        return shop.read(id)
      },
      plant: (order) =>
        change(sql`
          update simulated_refunds set state = 'failed'
          where charge_reference = (select reference from simulated_charges where ${simulated(order)})`),
      drift: (order) => [
        { kind: 'refund', about: order.refunds[0]?.id, expected: 'succeeded 300 EUR', found: 'failed 300 EUR' },
      ],
    },
  ],
  [
    'a sale that the catalog has released',
    {
      plant: (order) => {
        hold(order).state = 'released'
      },
      drift: () => [{ kind: 'stock', about: null, expected: 'sold', found: 'released' }],
    },
  ],
  [
    'an order whose hold was sold before it was paid',
    {
      make: () => pending('tok_needs_action', 202),
      plant: (order) => {
        hold(order).state = 'committed'
      },
      drift: () => [{ kind: 'stock', about: null, expected: 'held', found: 'committed' }],
    },
  ],
  [
    'a unit that came back and was never refunded',
    {
      plant: (order) => hold(order).returned.set(String(order.productId), 1),
      drift: (order) => [{ kind: 'stock_units', about: order.productId, expected: '2', found: '1' }],
    },
  ],
])('O22: the report finds %s, and only that', async (_, { make = () => paid(), plant, drift }) => {
  const order = await make()
  await atRest()
  expect(await driftOf(order)).toEqual([])
  await plant(order)
  expect(await driftOf(order)).toEqual(drift(order))
})

test('while something is done for an order, and where it changes as it is looked at, nothing is said of it', async () => {
  const order = await paid()
  await atRest()
  hold(order).state = 'released'
  expect(await driftOf(order)).toHaveLength(1)
  catalog.disturb(async ({ path }) => {
    if (path.endsWith('/states')) await change(sql`update orders set version = version + 1 where id = ${order.id}`)
    return undefined
  })
  expect(await driftOf(order)).toEqual([])
  catalog.disturb(() => undefined)
  await work(order, 'due')
  await change(sql`update order_tasks set created_at = now() where order_id = ${order.id}`)
  expect(await driftOf(order)).toEqual([])
})

test('what cannot be asked makes the answer say so, and everything else is compared all the same', async () => {
  const from = new Date().toISOString()
  const ours = await paid()
  await atRest()
  const [stripe, paypal] = [
    await paidOrder(fixture.database.kysely, { provider: 'stripe' }),
    await paidOrder(fixture.database.kysely, { provider: 'paypal' }),
  ]
  await change(sql`update simulated_charges set captured_cents = 1 where ${simulated(ours)}`)
  const withStripe = await fixture.openApp({
    settings: {
      PAYMENT_PROVIDERS: 'simulated,stripe',
      PUBLIC_BASE_URL: 'http://shop.test',
      STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
      STRIPE_WEBHOOK_SECRETS: 'whsec_stripe_webhooks_of_the_tests',
      STRIPE_API_BASE: 'http://127.0.0.1:9',
    },
  })
  catalog.disturb(({ path }) => (path.endsWith('/states') ? { status: 503, json: {} } : undefined))
  const report = await page({ from }, withStripe).finally(() => withStripe.close())
  const sorted = (unknown: Report['unknown']) =>
    unknown.map(({ order_id, source }) => `${source} ${order_id}`).toSorted()
  const catalogs = [ours, stripe, paypal].map(({ id }) => ({ order_id: id, source: 'catalog' as const }))
  expect(sorted(report.unknown)).toEqual(
    sorted([...catalogs, { order_id: stripe.id, source: 'stripe' }, { order_id: paypal.id, source: 'paypal' }]),
  )
  expect(report.drift).toMatchObject([{ order_id: ours.id, kind: 'charge', found: '1 EUR' }])
})

test('a cursor is of its own report, and from and to bound it by the last change', async () => {
  const { next } = await page({ limit: 1 })
  const foreign = { limit: 1, cursor: next, from: '2026-01-01T00:00:00Z' }
  const refused = await office.post(`${ordersPath}/reconcile`, foreign)
  expect(await problemOf(refused)).toMatchObject({ status: 400, code: 'request/cursor' })
  expect((await page({ to: '2020-01-01T00:00:00Z' })).checked).toBe(0)
  expect((await page({ from: new Date(Date.now() + 60_000).toISOString() })).checked).toBe(0)
})
