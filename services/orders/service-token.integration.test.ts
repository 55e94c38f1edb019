import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { RecordedCall } from '../kit/testing/scripted-server.ts'
import { type OrdersFixture, ordersFixture, serviceTokenAnswer } from './testing/orders-fixture.ts'
import { shopping } from './testing/shopping.ts'

let fixture: OrdersFixture
beforeAll(async () => {
  fixture = await ordersFixture()
})
afterAll(() => fixture.close())

const wish = z.object({ audience: z.string() })
const tokensAskedFor = () =>
  fixture.users.calls
    .filter((call) => call.path === '/internal/v1/service-token')
    .map(({ body }) => wish.parse(body).audience)
    .toSorted()
const reserves = (calls: readonly RecordedCall[]) => calls.filter((call) => call.path === '/api/v1/inventory/reserve')

test('A27: forty parallel payments ask for one token, with the client’s own credentials', async () => {
  // As many connections as payments, so that none waits for one for longer than it may.
  const app = await fixture.openApp({ poolSize: 40 })
  const customer = await fixture.signIn()
  const items = [{ product_id: fixture.catalog.addProduct().id, quantity: 1 }]
  const shop = shopping(app, customer)
  const drafts: string[] = []
  for (let count = 0; count < 40; count += 1) drafts.push((await shop.draft(...items)).id)
  const statuses = await Promise.all(drafts.map(async (id) => (await shop.pay(id)).status))
  await app.close()
  expect(new Set(statuses)).toEqual(new Set([200]))
  // One for each service that is called.
  expect(tokensAskedFor()).toEqual(['product-catalog', 'user-management'])
  const asked = fixture.users.calls.find((call) => call.path === '/internal/v1/service-token')
  const basic = Buffer.from(asked?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
  expect(basic).toBe(`order-management:${fixture.environment.SERVICE_CLIENT_SECRET}`)
  // A session is looked up at most once a second.
  const lookups = fixture.users.calls.filter((call) => call.path.startsWith('/internal/v1/sessions/'))
  expect(lookups.length).toBeLessThan(20)
})

test('A27: with the users service away for four minutes orders are paid without an error', async () => {
  let time = Date.now()
  const app = await fixture.openApp({ now: () => new Date(time) })
  const customer = await fixture.signIn()
  const items = [{ product_id: fixture.catalog.addProduct().id, quantity: 1 }]
  const order = async () => {
    const shop = shopping(app, customer)
    const draft = await shop.draft(...items)
    return (await shop.pay(draft.id)).status
  }
  fixture.catalog.forget()
  expect(await order()).toBe(200)
  // Right before it would be renewed.
  time += 299_000
  fixture.users.script(() => 'reset')
  const statuses: number[] = []
  for (let minute = 0; minute <= 4; minute += 1) {
    statuses.push(await order())
    time += 60_000
  }
  await app.close()
  expect(statuses).toEqual([200, 200, 200, 200, 200])
  const given = reserves(fixture.catalog.calls).map(({ headers }) => headers.authorization)
  expect(given).toEqual(Array.from({ length: 6 }, () => `Bearer ${serviceTokenAnswer.access_token}`))
})
