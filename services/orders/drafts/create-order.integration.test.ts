import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { orderSchema } from '../order-contract.ts'
import { postOrder, problemOf, writtenBy } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'

const stage = ordersStage()

const path = '/api/v1/orders'
const nothing = { orders: 0, items: 0, history: 0, keys: 0 }

type Item = { product_id: string; quantity: number }
const order = async (items: Item[], key: string = randomUUID()) =>
  stage.app.request(path, postOrder(stage.customer, { key, body: { items } }))
const oneOf = ({ id }: { id: string }): Item => ({ product_id: id, quantity: 1 })

test('an order begins as a draft at the catalog’s prices, and nothing is held', async () => {
  const pan = stage.catalog.addProduct({ price: 1_999 })
  const pot = stage.catalog.addProduct({ price: 5, name: 'Pot' })
  const address = { name: 'Ada', line1: '1 Street', city: 'London', postal_code: 'N1', country: 'GB' }
  const items = [{ product_id: pan.id, quantity: 2 }, oneOf(pot), oneOf(pan)]
  const response = await stage.app.request(
    path,
    postOrder(stage.customer, { key: 'k', body: { items, shipping_address: address } }),
  )

  expect(response.status).toBe(201)
  const placed = orderSchema.parse(await response.json())
  expect(response.headers.get('location')).toBe(`${path}/${placed.id}`)
  expect(response.headers.get('etag')).toBe('"1"')
  expect(response.headers.get('idempotency-replayed')).toBeNull()
  expect(placed).toMatchObject({
    user_id: stage.customer.id,
    status: 'draft',
    payment_status: 'unpaid',
    currency: 'EUR',
    subtotal_cents: 6_002,
    total_cents: 6_002,
    shipping_address: address,
    items: [
      { product_id: pan.id, sku: pan.sku, name: 'Iron pan', unit_price_cents: 1_999, quantity: 3, total_cents: 5_997 },
      { product_id: pot.id, name: 'Pot', unit_price_cents: 5, quantity: 1, total_cents: 5 },
    ],
    history: [{ from: null, to: 'draft', actor: 'user', reason: 'created' }],
  })
  expect(stage.catalog.held(pan.id)).toBe(0)
  expect(stage.catalog.unplanned).toEqual([])
})

test('calls to the catalog carry the request’s id and the preview on, and no token where prices are read', async () => {
  const headers = { 'x-request-id': 'my-request', 'x-release-preview': 'release-7' }
  const body = { items: [oneOf(stage.catalog.addProduct())] }
  const response = await stage.app.request(path, postOrder(stage.customer, { key: 'k', body, headers }))
  expect(response.headers.get('x-request-id')).toBe('my-request')
  const [read] = stage.catalog.calls
  expect(read?.headers).toMatchObject(headers)
  expect(read?.headers).not.toHaveProperty('authorization')
})

test.each([
  ['unit_price_cents on a line', (item: Item) => ({ items: [{ ...item, unit_price_cents: 1 }] })],
  ['price on a line', (item: Item) => ({ items: [{ ...item, price: 1 }] })],
  ['total_cents', (item: Item) => ({ items: [item], total_cents: 1 })],
  ['user_id', (item: Item) => ({ items: [item], user_id: randomUUID() })],
  ['status', (item: Item) => ({ items: [item], status: 'paid' })],
  ['quantity 0', (item: Item) => ({ items: [{ ...item, quantity: 0 }] })],
  ['quantity -1', (item: Item) => ({ items: [{ ...item, quantity: -1 }] })],
  ['quantity 1.5', (item: Item) => ({ items: [{ ...item, quantity: 1.5 }] })],
  ['quantity "2"', (item: Item) => ({ items: [{ ...item, quantity: '2' }] })],
  ['quantity 1001', (item: Item) => ({ items: [{ ...item, quantity: 1_001 }] })],
  ['quantity 1e9', (item: Item) => ({ items: [{ ...item, quantity: 1e9 }] })],
  ['101 lines', () => ({ items: Array.from({ length: 101 }, () => ({ product_id: randomUUID(), quantity: 1 })) })],
  ['lines of one product that add up to 1001', (item: Item) => ({ items: [{ ...item, quantity: 1_000 }, item] })],
  ['an unknown product', () => ({ items: [{ product_id: randomUUID(), quantity: 1 }] })],
])('O10: %s is refused, nothing is held, and the key is still free', async (_, bodyOf) => {
  const pan = stage.catalog.addProduct({ stock: 10_000 })
  const response = await stage.app.request(path, postOrder(stage.customer, { key: 'k', body: bodyOf(oneOf(pan)) }))
  expect(response.status).toBe(422)
  expect((await problemOf(response)).errors?.[0]?.pointer).toMatch(/^\//)
  expect(stage.catalog.held(pan.id)).toBe(0)
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(nothing)
  expect((await order([oneOf(pan)], 'k')).status).toBe(201)
})

test('O15: products of two currencies, or a total above 10^12, are refused', async () => {
  const euro = stage.catalog.addProduct()
  const dollar = stage.catalog.addProduct({ currency: 'USD' })
  const dear = stage.catalog.addProduct({ price: 1_000_000_000_000 })
  expect(await problemOf(await order([oneOf(euro), oneOf(dollar)]))).toMatchObject({ code: 'order/mixed-currencies' })
  expect(await problemOf(await order([oneOf(dear), oneOf(euro)]))).toMatchObject({ code: 'order/total-too-large' })
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(nothing)
})

test('an order may begin empty, in a currency of its choice, and be filled afterwards', async () => {
  const response = await stage.app.request(path, postOrder(stage.customer, { key: 'k', body: { currency: 'JPY' } }))
  const empty = orderSchema.parse(await response.json())
  expect(empty).toMatchObject({ status: 'draft', currency: 'JPY', total_cents: 0, items: [] })
  const yen = stage.catalog.addProduct({ currency: 'JPY', price: 500 })
  const add = { key: 'add', body: oneOf(yen) }
  const filled = await stage.app.request(`${path}/${empty.id}/items`, postOrder(stage.customer, add))
  expect(orderSchema.parse(await filled.json())).toMatchObject({ currency: 'JPY', total_cents: 500, version: 2 })
})

test('when our own transaction fails nothing is written, and the key is free', async () => {
  const pan = stage.catalog.addProduct()
  const refusing = sql`alter table orders add constraint no_more check (user_id <> ${sql.lit(stage.customer.id)})`
  await refusing.execute(stage.fixture.database.kysely)
  const response = await order([oneOf(pan)], 'k')
  await sql`alter table orders drop constraint no_more`.execute(stage.fixture.database.kysely)
  expect(response.status).toBe(500)
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(nothing)
  expect((await order([oneOf(pan)], 'k')).status).toBe(201)
})

test('a claim that was taken over cannot write: the order of the one who took it stands', async () => {
  const pan = stage.catalog.addProduct()
  let takeOver: Promise<Response> | undefined
  stage.catalog.disturb(async () => {
    if (takeOver !== undefined) return undefined
    // While the first one waits for its prices its time runs out, and a second one does the whole work.
    await sql`update idempotency_keys set locked_until = now() where user_id = ${stage.customer.id}`.execute(
      stage.fixture.database.kysely,
    )
    takeOver = order([oneOf(pan)], 'k')
    await takeOver
    return undefined
  })
  const slow = await order([oneOf(pan)], 'k')
  expect((await takeOver)?.status).toBe(201)
  expect(await problemOf(slow)).toMatchObject({ status: 409, code: 'idempotency/in-progress' })
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual({ orders: 1, items: 1, history: 1, keys: 1 })
})

test('when the connection breaks at the commit, the order that was written is the answer', async () => {
  const pan = stage.catalog.addProduct()
  const line = await lineThatBreaksAt('commit', new URL(stage.fixture.database.url))
  const fragile = await stage.fixture.openApp({ databaseUrl: line.url })
  const body = { items: [oneOf(pan)] }
  const response = await fragile.request(path, postOrder(stage.customer, { key: 'k', body }))
  expect(line.broken()).toBe(true)
  expect(response.status).toBe(201)
  expect(orderSchema.parse(await response.json()).status).toBe('draft')
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual({ orders: 1, items: 1, history: 1, keys: 1 })
  await fragile.close()
  await line.close()
})

/** A way to the database that passes everything on, and breaks once, right after this statement went through. */
async function lineThatBreaksAt(statement: string, target: URL) {
  let broken = false
  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    far.pipe(near)
    near.on('close', () => far.end())
    near.on('data', (chunk) => {
      const breaks = !broken && chunk.includes(statement)
      if (!breaks) return void far.write(chunk)
      broken = true
      far.unpipe(near)
      far.write(chunk, () => near.resetAndDestroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(target)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    url: url.href,
    broken: () => broken,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}
