import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import type { Person } from './callers.ts'
import type { World } from './role-matrix.ts'
import { openShop, type Shop } from './shop.ts'
import { untilReady } from './until-ready.ts'
import { openWorld } from './world.ts'

let shop: Shop
let world: World
let customer: Person
let admin: Person
let productId: string
beforeAll(async () => {
  shop = await openShop()
  world = await openWorld(shop)
  customer = await shop.callers.person()
  admin = await shop.callers.person('admin')
  productId = await world.stocked(100)
  await Promise.all([shop.services.catalog, shop.services.orders].map(({ url }) => untilReady(url)))
})
afterAll(() => shop?.close())

const placeOrder = (as: Person) =>
  world.send('orders', {
    method: 'POST',
    path: '/api/v1/orders',
    as,
    headers: { 'idempotency-key': randomUUID() },
    body: { items: [{ product_id: productId, quantity: 1 }] },
  })
const listOrders = (as: Person) => world.send('orders', { method: 'GET', path: '/api/v1/orders', as })
/** Let in, it is refused for what it says. */
const createProduct = (as: Person) => world.send('catalog', { method: 'POST', path: '/api/v1/products', as, body: {} })
const release = (as: Person) =>
  world.send('catalog', { method: 'POST', path: '/api/v1/inventory/release', as, body: {} })
const degraded = async ({ metricsUrl }: ServiceProcess) =>
  Number(/^auth_degraded_total (\d+)$/m.exec(await (await fetch(metricsUrl)).text())?.[1])

test('A24: without the users service admin routes are 503, customers go on by their signature, and that is counted', async () => {
  const { users, catalog, orders } = shop.services
  expect([(await placeOrder(customer)).status, (await createProduct(admin)).status]).toEqual([201, 422])
  expect([await degraded(catalog), await degraded(orders)]).toEqual([0, 0])

  await users.kill()
  // More than once, so that the breaker opens on the way. The first answers may still be a second old.
  await expect.poll(async () => (await createProduct(admin)).status, { timeout: 10_000 }).toBe(503)
  for (let round = 0; round < 6; round += 1) {
    const refused = await createProduct(admin)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
    // The token still says admin; a customer with it is only a customer.
    expect((await createProduct(customer)).status).toBe(503)
    expect((await release(customer)).status).toBe(422)
    expect((await placeOrder(customer)).status).toBe(201)
    expect((await listOrders(customer)).status).toBe(200)
  }
  // As a customer he would be shown none, and believe it.
  expect((await listOrders(admin)).status).toBe(503)
  expect(await degraded(catalog)).toBeGreaterThan(0)
  expect(await degraded(orders)).toBeGreaterThan(0)
  for (const { url } of [catalog, orders]) {
    const health = await fetch(`${url}/health?check=ready`)
    expect([health.status, await health.json()]).toMatchObject([
      200,
      { status: 'degraded', checks: { users: 'down', database: 'up' } },
    ])
  }

  await shop.another('users', { PORT: new URL(users.url).port })
  await expect.poll(async () => (await createProduct(admin)).status, { timeout: 30_000 }).toBe(422)
  await expect.poll(async () => (await listOrders(admin)).json.data, { timeout: 30_000 }).toHaveLength(7)
})
