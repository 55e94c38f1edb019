import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ScriptedAnswer } from '../../kit/testing/scripted-server.ts'
import type { CatalogStandIn } from '../testing/catalog-stand-in.ts'
import {
  as,
  type OrdersApp,
  type OrdersFixture,
  ordersFixture,
  postOrder,
  problemOf,
  type User,
  writtenBy,
} from '../testing/orders-fixture.ts'
import { shopping, unitsOf } from '../testing/shopping.ts'

const path = '/api/v1/orders'
const nothing = { orders: 0, items: 0, history: 0, keys: 0 }
let fixture: OrdersFixture
let catalog: CatalogStandIn
let app: OrdersApp
let customer: User

beforeAll(async () => {
  fixture = await ordersFixture()
  catalog = fixture.catalog
})
afterAll(() => fixture.close())
beforeEach(async () => {
  catalog.disturb(() => undefined)
  catalog.forget()
  customer = await fixture.signIn()
  app = await fixture.openApp()
})
afterEach(() => app.close())

const bodyOf = ({ id }: { id: string }) => ({ items: [{ product_id: id, quantity: 1 }] })
const order = async (body: unknown, key: string) => app.request(path, postOrder(customer, { key, body }))

const outages: [string, ScriptedAnswer][] = [
  ['answers 500', { status: 500, text: '' }],
  ['answers garbage', { status: 200, text: '<html>' }],
  ['answers JSON of another shape', { status: 200, json: { price: '19.99' } }],
  ['hangs', 'hang'],
  ['breaks the connection', 'reset'],
]

test.each(outages)(
  'O16: when the catalog %s on a product, the answer is a 503 in 3 s, nothing is written, the key is free',
  async (_, outage) => {
    const pan = catalog.addProduct()
    catalog.disturb(() => outage)
    const startedAt = performance.now()
    const response = await order(bodyOf(pan), 'k')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'service/unavailable' })
    expect(await writtenBy(customer, fixture)).toEqual(nothing)
    expect(catalog.calls.every(({ method }) => method === 'GET')).toBe(true)

    catalog.disturb(() => undefined)
    expect((await order(bodyOf(pan), 'k')).status).toBe(201)
  },
)

test.each(outages)(
  'O16: when the catalog %s on a price at payment, the answer is a 503 in 3 s, the order is a draft and the key free',
  async (_, outage) => {
    const shop = shopping(app, customer)
    const draft = await shop.draft(unitsOf(catalog.addProduct()))
    catalog.disturb(() => outage)
    const startedAt = performance.now()
    const response = await shop.pay(draft.id, 'tok_ok', 'pay')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'service/unavailable' })
    expect(await shop.read(draft.id)).toMatchObject({ status: 'draft', payments: [] })

    catalog.disturb(() => undefined)
    const another = await fixture.openApp()
    expect((await shopping(another, customer).pay(draft.id, 'tok_ok', 'pay')).status).toBe(200)
    await another.close()
  },
)

test.each(['/api/v1/inventory/reserve', '/api/v1/inventory/commit'])(
  'O16: when the catalog goes away at %s, the repeat goes on with the same hold and the same charge',
  async (call) => {
    const shop = shopping(app, customer)
    const draft = await shop.draft(unitsOf(catalog.addProduct()))
    catalog.disturb(({ path: asked }) => (asked === call ? 'reset' : undefined))
    expect((await shop.pay(draft.id, 'tok_ok', 'pay')).status).toBe(503)

    catalog.disturb(() => undefined)
    const another = await fixture.openApp()
    const response = await shopping(another, customer).pay(draft.id, 'tok_ok', 'pay')
    expect(response.status, await response.clone().text()).toBe(200)
    await another.close()
    expect((await shop.read(draft.id)).payments).toMatchObject([{ attempt: 1, status: 'captured' }])
    const { rows } = await sql`select key from simulated_charges where order_id = ${draft.id}`.execute(
      fixture.database.kysely,
    )
    expect(rows).toEqual([{ key: `order:${draft.id}:pay:1` }])
    const holds = [...catalog.holds.values()].filter(({ reference }) => reference.includes(draft.id))
    expect(holds).toMatchObject([{ state: 'committed' }])
  },
)

test('O16: when no catalog is there, orders can still be read, and no connection is tried once the breaker is open', async () => {
  const pan = catalog.addProduct()
  await order(bodyOf(pan), 'before')
  catalog.disturb(() => ({ status: 500, text: '' }))
  await order(bodyOf(pan), 'one')
  await order(bodyOf(pan), 'two')
  catalog.forget()

  const refused = await order(bodyOf(pan), 'three')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(catalog.calls).toEqual([])
  expect(await writtenBy(customer, fixture)).toMatchObject({ orders: 1, keys: 1 })
  expect((await app.request(path, as(customer))).status).toBe(200)
  const health = await app.request('/health?check=ready')
  expect([health.status, await health.json()]).toMatchObject([200, { status: 'degraded', checks: { catalog: 'down' } }])
})
