import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ScriptedAnswer } from '../kit/testing/scripted-server.ts'
import type { CatalogStandIn } from './testing/catalog-stand-in.ts'
import {
  as,
  type OrdersApp,
  type OrdersFixture,
  ordersFixture,
  postOrder,
  problemOf,
  type User,
  writtenBy,
} from './testing/orders-fixture.ts'

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
  'O16: when the catalog %s on a reserve, the repeat goes on at once under the same reference',
  async (_, outage) => {
    const pan = catalog.addProduct()
    catalog.disturb(({ method }) => (method === 'POST' ? outage : undefined))
    const startedAt = performance.now()
    const response = await order(bodyOf(pan), 'k')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(await problemOf(response)).toMatchObject({ status: 503 })
    expect(await writtenBy(customer, fixture)).toEqual({ ...nothing, keys: 1 })

    catalog.disturb(() => undefined)
    expect((await order(bodyOf(pan), 'k')).status).toBe(201)
    const references = catalog.calls.filter(({ method }) => method === 'POST').map(({ body }) => referenceOf(body))
    expect(new Set(references).size).toBe(1)
  },
)

/** The first try with key `k` reserves and hears no answer; returns the reference it used. */
async function orderUnheard(pan: { id: string }): Promise<unknown> {
  catalog.disturb(({ method }) => (method === 'POST' ? 'reset' : undefined))
  expect((await order(bodyOf(pan), 'k')).status).toBe(503)
  return referenceOf(catalog.calls.find(({ method }) => method === 'POST')?.body)
}

test('O16: a hold of which no answer came is found again, also when the catalog was away for a try in between', async () => {
  const pan = catalog.addProduct()
  const reference = await orderUnheard(pan)
  catalog.disturb(() => ({ status: 500, text: '' }))
  expect((await order(bodyOf(pan), 'k')).status).toBe(503)
  expect(await writtenBy(customer, fixture)).toEqual({ ...nothing, keys: 1 })

  catalog.disturb(() => undefined)
  catalog.forget()
  const another = await fixture.openApp()
  const response = await another.request(path, postOrder(customer, { key: 'k', body: bodyOf(pan) }))
  await another.close()
  expect(response.status).toBe(201)
  expect(catalog.calls.filter(({ method }) => method === 'POST').map(({ body }) => referenceOf(body))).toEqual([
    reference,
  ])
})

test('O16: a hold of which no answer came is given back when the repeat is refused', async () => {
  const pan = catalog.addProduct()
  const reference = await orderUnheard(pan)
  catalog.forget()
  catalog.disturb(({ method }) => (method === 'GET' ? { status: 404, json: {} } : undefined))
  expect((await order(bodyOf(pan), 'k')).status).toBe(422)
  expect(await writtenBy(customer, fixture)).toEqual(nothing)
  const releases = catalog.calls.filter(({ path: called }) => called === '/api/v1/inventory/release')
  expect(releases.map(({ body }) => referenceOf(body))).toEqual([reference])
})

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

function referenceOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'reference' in body ? body.reference : undefined
}
