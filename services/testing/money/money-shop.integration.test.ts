import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testAddress } from '../../orders/testing/test-address.ts'
import { sendTo } from '../world.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
}, 120_000)
afterAll(() => shop?.close())

test('an order is bought through two processes of everything that has money or stock', async () => {
  const product = await shop.product({ quantity: 5 })
  const as = await shop.customer()
  const post = (path: string, body: unknown) =>
    sendTo(shop.ordersUrl, { method: 'POST', path, as, body, headers: { 'idempotency-key': randomUUID() } })
  const draft = await post('/api/v1/orders', {
    items: [{ product_id: product, quantity: 2 }],
    shipping_address: testAddress,
  })
  expect(draft.status, draft.text).toBe(201)
  const paid = await post(`/api/v1/orders/${draft.json.id}/payment`, { provider: 'simulated', method_token: 'tok_ok' })
  expect(paid.status, paid.text).toBe(200)
  const { rows } = await sql`select quantity, reserved from inventory where product_id = ${product}`.execute(
    shop.catalog,
  )
  expect(rows).toEqual([{ quantity: 3, reserved: 0 }])
  const events = async () => {
    const { rows: told } = await sql<{ type: string }>`
      select type from outbox_events where subject = ${draft.json.id} and published_at is not null order by seq`.execute(
      shop.orders,
    )
    return told.map(({ type }) => type)
  }
  await expect.poll(events, { timeout: 10_000 }).toEqual(['order.placed.v1', 'order.paid.v1', 'invoice.issued.v1'])
})
