import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderSummary, orderPageSchema, orderSchema } from '../order-contract.ts'
import {
  as,
  type OrdersApp,
  type OrdersFixture,
  ordersFixture,
  postOrder,
  problemOf,
  type User,
} from '../testing/orders-fixture.ts'

const path = '/api/v1/orders'
let fixture: OrdersFixture
let app: OrdersApp
let owner: User
let other: User
let admin: User
const placed: string[] = []

beforeAll(async () => {
  fixture = await ordersFixture()
  app = await fixture.openApp()
  owner = await fixture.signIn()
  other = await fixture.signIn()
  admin = await fixture.signIn('admin')
  const { id } = fixture.catalog.addProduct()
  for (let count = 0; count < 7; count += 1) {
    const body = { items: [{ product_id: id, quantity: 1 }] }
    const response = await app.request(path, postOrder(owner, { key: `k-${count}`, body }))
    placed.push(orderSchema.parse(await response.json()).id)
  }
  await fixture.database.kysely.updateTable('orders').set({ status: 'cancelled' }).where('id', '=', idAt(2)).execute()
})
afterAll(async () => {
  await app.close()
  await fixture.close()
})

const idAt = (index: number): string => placed[index] ?? ''
const newestFirst = () => placed.toReversed()

async function list(user: User, query = '') {
  const response = await app.request(`${path}${query}`, as(user))
  expect(response.status).toBe(200)
  return orderPageSchema.parse(await response.json())
}

async function walk(user: User, query: string): Promise<OrderSummary[]> {
  const rows: OrderSummary[] = []
  let cursor: string | null = null
  do {
    const page = await list(user, `?${query}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    rows.push(...page.data)
    expect(page.has_more).toBe(page.next_cursor !== null)
    cursor = page.next_cursor
  } while (cursor !== null)
  return rows
}

test('O31: all pages together have every order of the owner once, newest first', async () => {
  for (const limit of [1, 2, 3, 7, 100]) {
    expect((await walk(owner, `limit=${limit}`)).map(({ id }) => id)).toEqual(newestFirst())
  }
  expect((await walk(owner, 'limit=2&sort=created_at')).map(({ id }) => id)).toEqual(placed)
})

test('O31: nobody sees another’s orders in the list, except an admin', async () => {
  expect(await walk(other, 'limit=2')).toEqual([])
  expect((await walk(admin, 'limit=2')).map(({ id }) => id)).toEqual(newestFirst())
})

test('O31: the list can be narrowed to a status', async () => {
  expect((await walk(owner, 'status=cancelled')).map(({ id }) => id)).toEqual([idAt(2)])
  expect(await walk(owner, 'status=draft&limit=4')).toHaveLength(6)
})

test.each(['limit=0', 'limit=101', 'limit=1e1', 'limit=', 'status=sent', 'sort=total', 'cursor=x'])(
  'a list with %s is a 400',
  async (query) => {
    expect(await problemOf(await app.request(`${path}?${query}`, as(owner)))).toMatchObject({ status: 400 })
  },
)

test('a cursor works for no other user, filter or sort', async () => {
  const { next_cursor } = await list(owner, '?limit=2')
  const cursor = `cursor=${encodeURIComponent(next_cursor ?? '')}`
  const misuses: [User, string][] = [
    [admin, cursor],
    [other, cursor],
    [owner, `${cursor}&status=draft`],
    [owner, `${cursor}&sort=created_at`],
    [owner, `${cursor}x`],
  ]
  for (const [user, query] of misuses) {
    const response = await app.request(`${path}?${query}`, as(user))
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'request/cursor' })
  }
})

test('an order is there for its owner and for an admin, with its version as tag', async () => {
  for (const user of [owner, admin]) {
    const response = await app.request(`${path}/${idAt(0)}`, as(user))
    expect(response.headers.get('etag')).toBe('"1"')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(orderSchema.parse(await response.json())).toMatchObject({
      id: idAt(0),
      user_id: owner.id,
      status: 'draft',
    })
  }
})

test('an order that has not changed is not sent again', async () => {
  const tagged = async (tag: string) => {
    const init = as(owner)
    return app.request(`${path}/${idAt(0)}`, { headers: { ...init.headers, 'if-none-match': tag } })
  }
  const unchanged = await tagged('"1"')
  expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([304, '"1"', ''])
  expect((await tagged('"0"')).status).toBe(200)
})

test('another’s order, an unknown one and a malformed id are answered alike', async () => {
  const answers = await Promise.all(
    [idAt(0), randomUUID(), 'x', '1'].map(async (id) => {
      const problem = await problemOf(await app.request(`${path}/${id}`, as(other)))
      return { ...problem, instance: undefined, request_id: undefined }
    }),
  )
  expect(answers[0]).toMatchObject({ status: 404, code: 'object/not-found' })
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

test('A25: whoever has logged out reads no order any more within a second, with the token that is still unexpired', async () => {
  const [leaving, staying] = [await fixture.signIn(), await fixture.signIn('admin')]
  const body = { items: [{ product_id: fixture.catalog.addProduct().id, quantity: 1 }] }
  const { id } = orderSchema.parse(await (await app.request(path, postOrder(leaving, { key: 'k', body }))).json())
  const reads = async (user: User) =>
    Promise.all([path, `${path}/${id}`].map(async (target) => (await app.request(target, as(user))).status))
  expect([await reads(leaving), await reads(staying)]).toEqual([
    [200, 200],
    [200, 200],
  ])
  fixture.logOut(leaving)
  await expect.poll(() => reads(leaving), { timeout: 2_000, interval: 50 }).toEqual([401, 401])
  const refused = await app.request(path, as(leaving))
  expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  expect(await reads(staying)).toEqual([200, 200])
})

test('who is not signed in is told so, whatever else is wrong', async () => {
  const requests = [
    app.request(path),
    app.request(`${path}?limit=0`),
    app.request(`${path}/${idAt(0)}`),
    app.request(path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
    app.request(path, as({ ...owner, token: `${owner.token}x` })),
  ]
  for (const response of await Promise.all(requests)) {
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await problemOf(response)).toMatchObject({ status: 401 })
  }
})
