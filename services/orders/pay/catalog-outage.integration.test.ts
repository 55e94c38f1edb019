import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { ScriptedAnswer } from '../../kit/testing/scripted-server.ts'
import { as, postOrder, problemOf, writtenBy } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { shopping, unitsOf } from '../testing/shopping.ts'

const stage = ordersStage()

const path = '/api/v1/orders'
const nothing = { orders: 0, items: 0, history: 0, keys: 0 }

const bodyOf = ({ id }: { id: string }) => ({ items: [{ product_id: id, quantity: 1 }] })
const order = async (body: unknown, key: string) => stage.app.request(path, postOrder(stage.customer, { key, body }))

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
    const pan = stage.catalog.addProduct()
    stage.catalog.disturb(() => outage)
    const startedAt = performance.now()
    const response = await order(bodyOf(pan), 'k')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'service/unavailable' })
    expect(await writtenBy(stage.customer, stage.fixture)).toEqual(nothing)
    expect(stage.catalog.calls.every(({ method }) => method === 'GET')).toBe(true)

    stage.catalog.disturb(() => undefined)
    expect((await order(bodyOf(pan), 'k')).status).toBe(201)
  },
)

test.each(outages)(
  'O16: when the catalog %s on a price at payment, the answer is a 503 in 3 s, the order is a draft and the key free',
  async (_, outage) => {
    const { shop } = stage
    const draft = await shop.draft(unitsOf(stage.catalog.addProduct()))
    stage.catalog.disturb(() => outage)
    const startedAt = performance.now()
    const response = await shop.pay(draft.id, 'tok_ok', 'pay')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'service/unavailable' })
    expect(await shop.read(draft.id)).toMatchObject({ status: 'draft', payments: [] })

    stage.catalog.disturb(() => undefined)
    const another = await stage.fixture.openApp()
    expect((await shopping(another, stage.customer).pay(draft.id, 'tok_ok', 'pay')).status).toBe(200)
    await another.close()
  },
)

test.each(['/api/v1/inventory/reserve', '/api/v1/inventory/commit'])(
  'O16: when the catalog goes away at %s, the repeat goes on with the same hold and the same charge',
  async (call) => {
    const { shop } = stage
    const draft = await shop.draft(unitsOf(stage.catalog.addProduct()))
    stage.catalog.disturb(({ path: asked }) => (asked === call ? 'reset' : undefined))
    expect((await shop.pay(draft.id, 'tok_ok', 'pay')).status).toBe(503)

    stage.catalog.disturb(() => undefined)
    const another = await stage.fixture.openApp()
    const response = await shopping(another, stage.customer).pay(draft.id, 'tok_ok', 'pay')
    expect(response.status, await response.clone().text()).toBe(200)
    await another.close()
    expect((await shop.read(draft.id)).payments).toMatchObject([{ attempt: 1, status: 'captured' }])
    const { rows } = await sql`select key from simulated_charges where order_id = ${draft.id}`.execute(
      stage.fixture.database.kysely,
    )
    expect(rows).toEqual([{ key: `order:${draft.id}:pay:1` }])
    const holds = [...stage.catalog.holds.values()].filter(({ reference }) => reference.includes(draft.id))
    expect(holds).toMatchObject([{ state: 'committed' }])
  },
)

test('O16: when no catalog is there, orders can still be read, and no connection is tried once the breaker is open', async () => {
  const pan = stage.catalog.addProduct()
  await order(bodyOf(pan), 'before')
  stage.catalog.disturb(() => ({ status: 500, text: '' }))
  await order(bodyOf(pan), 'one')
  await order(bodyOf(pan), 'two')
  stage.catalog.forget()

  const refused = await order(bodyOf(pan), 'three')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(stage.catalog.calls).toEqual([])
  expect(await writtenBy(stage.customer, stage.fixture)).toMatchObject({ orders: 1, keys: 1 })
  expect((await stage.app.request(path, as(stage.customer))).status).toBe(200)
  const health = await stage.app.request('/health?check=ready')
  expect([health.status, await health.json()]).toMatchObject([200, { status: 'degraded', checks: { catalog: 'down' } }])
})
