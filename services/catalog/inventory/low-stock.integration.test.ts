import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countOf, parallel } from '../testing/answer.ts'
import { type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { expireDue } from './reservation-sweeper.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const service = 'service:inventory:reserve,inventory:commit'
const post = (path: string, body: unknown) => catalog.send('POST', `/api/v1/inventory/${path}`, { as: service, body })
async function hold(product_id: string, quantity: number): Promise<string> {
  const reference = `order:${randomUUID()}`
  expect((await post('reserve', { reference, items: [{ product_id, quantity }] })).status).toBe(201)
  return reference
}
async function set(product: string, quantity: number): Promise<void> {
  const path = `/api/v1/inventory/${product}`
  const tag = (await catalog.send('GET', path)).headers.get('etag') ?? ''
  const change = { as: 'admin', body: { quantity }, headers: { 'if-match': tag } }
  expect((await catalog.send('PUT', path, change)).status).toBe(200)
}
/** What was available each time that it was told. */
const told = async (product: string) =>
  (await catalog.eventsOf(product)).map(({ type, data }) => {
    expect([type, data.product_id]).toEqual(['inventory.low.v1', product])
    return data.available
  })

test('C18: crossing below ten is told once, more below is not, and down again once more', async () => {
  const product = await catalog.stocked(13)
  await hold(product, 3)
  expect(await told(product)).toEqual([])
  const crossing = await hold(product, 2)
  expect(await told(product)).toEqual([8])
  await hold(product, 1)
  await post('commit', { reference: crossing })
  expect(await told(product)).toEqual([8])

  await post('return', { reference: crossing })
  const again = await hold(product, 1)
  expect(await told(product)).toEqual([8])
  await post('release', { reference: again })
  await set(product, 14)
  await hold(product, 1)
  expect(await told(product)).toEqual([8, 9])
})

test('what a request did to stock is told with its id and its trace', async () => {
  const product = await catalog.stocked(10)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const headers = { traceparent, 'x-request-id': 'traced-1' }
  const body = { reference: `order:${randomUUID()}`, items: [{ product_id: product, quantity: 2 }] }
  expect((await catalog.send('POST', '/api/v1/inventory/reserve', { as: service, body, headers })).status).toBe(201)
  const { rows } = await sql`
    select envelope from outbox_events where subject = ${product}::uuid`.execute(catalog.kysely)
  expect(rows).toMatchObject([{ envelope: { request_id: 'traced-1', traceparent } }])
})

test('C18: 20 parallel reserves across the line tell it once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await catalog.stocked(20)
    const answers = await parallel(20, () => {
      return post('reserve', { reference: `order:${randomUUID()}`, items: [{ product_id: product, quantity: 1 }] })
    })
    expect(countOf(answers, 201)).toBe(20)
    expect(await told(product)).toEqual([9])
  }
})

test('C18: setting stock, and selling what was not held any more, cross the line too', async () => {
  const lowered = await catalog.stocked(20)
  await set(lowered, 3)
  await set(lowered, 2)
  expect(await told(lowered)).toEqual([3])

  const [held] = await catalog.held({ count: 1, quantity: 12, units: 3, due: true })
  await expireDue(catalog.kysely, new AbortController().signal)
  expect((await post('commit', { reference: held?.reference })).body).toMatchObject({ re_held: true })
  expect((await catalog.eventsOf(held?.productId ?? '')).at(-1)?.data).toMatchObject({ available: 9 })
})

test('the figures of stock are those of the tables, at most fifty products by name', async () => {
  const before = await figures()
  const products = await parallel(60, (index) => catalog.stocked(index < 55 ? 2 : 200))
  const references = await parallel(7, (index) => hold(products[index] ?? '', 2))
  const after = await figures()
  expect(after.active - before.active).toBe(7)
  expect(after.low - before.low).toBe(55)
  expect(after.named).toHaveLength(50)
  for (const product of products.slice(0, 7)) expect(after.named).toContainEqual([product, 0])
  await post('release', { reference: references[0] })
  expect((await figures()).active).toBe(after.active - 1)
})

async function figures() {
  const text = await catalog.metrics.registry.metrics()
  const figureOf = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
  const named = [...text.matchAll(/^inventory_low_available\{product_id="([^"]+)"\} (\d+)$/gm)]
  return {
    active: figureOf('reservations_active'),
    low: figureOf('inventory_low_products'),
    named: named.map(([, product, available]) => [product, Number(available)]),
  }
}

test('each answer to a reserve is counted', async () => {
  const product = await catalog.stocked(1)
  const reference = await hold(product, 1)
  await post('reserve', { reference, items: [{ product_id: product, quantity: 1 }] })
  await post('reserve', { reference: `${reference}:2`, items: [{ product_id: product, quantity: 1 }] })
  const text = await catalog.metrics.registry.metrics()
  for (const result of ['created', 'repeated', 'insufficient']) {
    expect(text).toMatch(new RegExp(`^reservations_total\\{result="${result}"\\} [1-9]\\d*$`, 'm'))
  }
  for (const result of ['mismatch', 'unknown-products', 'limited', 'busy']) {
    expect(text).toContain(`reservations_total{result="${result}"} 0`)
  }
})
