import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createClient from 'openapi-fetch'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testAddress } from '../orders/testing/test-address.ts'
import type { catalogPaths, ordersPaths, usersPaths } from './golden/api-client-types.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
let mails: string
beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-mails-'))
  shop = await openShop({ users: { MAIL_DIRECTORY: mails } })
})
afterAll(async () => {
  await shop?.close()
  await rm(mails, { recursive: true, force: true })
})

/** A client of the shop as its documents describe it: what the types do not know is not there. */
function clientOf(authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization }
  return createClient<usersPaths & catalogPaths & ordersPaths>({ baseUrl: shop.edgeUrl, headers })
}

test('X22: a customer registers, verifies, logs in, orders and leaves, by a client made from the documents', async () => {
  const admin = await shop.callers.person('admin')
  const category = randomUUID()
  await shop.catalog.insertInto('categories').values({ id: category, name: 'Pans', parent_id: null }).execute()
  const product = await clientOf(admin.authorization).POST('/api/v1/products', {
    body: { sku: 'PAN-26', name: 'Cast iron pan', price: 4_990, currency: 'EUR', category_id: category },
  })
  const productId = product.data?.id ?? ''
  const inventory = { params: { path: { product_id: productId } } }
  const stock = await clientOf().GET('/api/v1/inventory/{product_id}', inventory)
  const filled = await clientOf(admin.authorization).PUT('/api/v1/inventory/{product_id}', {
    params: { ...inventory.params, header: { 'If-Match': stock.response.headers.get('etag') ?? '' } },
    body: { quantity: 3, location: 'main' },
  })
  expect([product.response.status, filled.data?.available]).toEqual([201, 3])

  const email = 'ada@shop.test'
  const password = 'a sentence that nobody guesses'
  const anyone = clientOf()
  const registered = await anyone.POST('/api/v1/auth/register', { body: { email, name: 'Ada', password } })
  expect(registered.data).toEqual({ status: 'accepted' })
  const early = await anyone.POST('/api/v1/auth/login', { body: { email, password } })
  expect([early.response.status, early.error?.code]).toEqual([401, 'auth/credentials-wrong'])
  const verified = await anyone.POST('/api/v1/auth/verify-email', { body: { token: await mailedToken(email) } })
  expect(verified.response.status).toBe(204)
  const login = await anyone.POST('/api/v1/auth/login', { body: { email, password } })
  expect(login.data?.token_type).toBe('Bearer')

  const customer = clientOf(`Bearer ${login.data?.access_token}`)
  const me = await customer.GET('/api/v1/users/me')
  expect(me.data).toMatchObject({ email, verified: true, role: 'user' })
  const found = await customer.GET('/api/v1/products', { params: { query: { q: 'iron pan', in_stock: true } } })
  expect(found.data?.data.map(({ id, available }) => [id, available])).toEqual([[productId, 3]])
  const key = () => ({ 'idempotency-key': randomUUID() })
  const draft = async (quantity: number) => {
    const items = [{ product_id: productId, quantity }]
    const begun = await customer.POST('/api/v1/orders', {
      params: { header: key() },
      body: { items, shipping_address: testAddress },
    })
    expect(begun.data).toMatchObject({ status: 'draft', total_cents: 4_990 * quantity, user_id: me.data?.id })
    return begun.data?.id ?? ''
  }
  const pay = (id: string, method_token: string) =>
    customer.POST('/api/v1/orders/{id}/payment', {
      params: { path: { id }, header: key() },
      body: { provider: 'simulated', method_token },
    })
  const [order, tooMany, agreed] = [await draft(2), await draft(2), await draft(1)]
  const paid = await pay(order, 'tok_ok')
  expect(paid.data).toMatchObject({ status: 'paid', payment_status: 'paid', payments: [{ status: 'captured' }] })
  const short = await pay(tooMany, 'tok_ok')
  expect([short.response.status, short.error?.code]).toEqual([409, 'inventory/insufficient'])

  const waiting = await pay(agreed, 'tok_needs_action')
  expect([waiting.response.status, waiting.data?.status]).toEqual([202, 'pending'])
  const reference = waiting.data?.payments[0]?.action?.url.split('/').at(-1) ?? ''
  const action = { params: { path: { reference } } }
  const agree = () => anyone.POST('/api/v1/webhooks/simulated/actions/{reference}', action)
  expect([(await agree()).response.status, (await agree()).response.status]).toEqual([204, 404])
  const read = () => customer.GET('/api/v1/orders/{id}', { params: { path: { id: agreed } } })
  await expect.poll(async () => (await read()).data?.status, { timeout: 10_000 }).toBe('paid')

  const orders = await customer.GET('/api/v1/orders', { params: { query: { status: 'paid' } } })
  expect(orders.data?.data.map(({ id }) => id)).toEqual([agreed, order])
  const invoice = await customer.GET('/api/v1/orders/{id}/invoice', {
    params: { path: { id: order } },
    headers: { accept: 'application/json' },
  })
  expect(invoice.data).toMatchObject({ order_id: order, currency: 'EUR' })
  const changes = await customer.GET('/api/v1/orders/{id}/history', { params: { path: { id: order } } })
  expect(changes.data?.data.map(({ to }) => to)).toEqual(['draft', 'pending', 'paid'])

  expect((await customer.POST('/api/v1/auth/logout', { body: {} })).response.status).toBe(204)
  expect((await customer.POST('/api/v1/auth/logout', { body: {} })).response.status).toBe(401)
  const refresh_token = login.data?.refresh_token ?? ''
  expect((await anyone.POST('/api/v1/auth/refresh', { body: { refresh_token } })).response.status).toBe(401)
})

/** Of the link in the mail, as its reader would open it. */
async function mailedToken(address: string): Promise<string> {
  return vi.waitUntil(
    async () => {
      for (const name of (await readdir(mails)).filter((file) => file.endsWith('.eml'))) {
        const mail = (await readFile(join(mails, name), 'utf8')).replaceAll('=\r\n', '').replaceAll('=3D', '=')
        const token = /[?&#]token=([\w-]{43})/.exec(mail)?.[1]
        if (mail.includes(address) && token !== undefined) return token
      }
      return undefined
    },
    { timeout: 10_000, interval: 50 },
  )
}
