import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Buyer, buyerAt } from './buyer.ts'
import { moneyOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { moveClocks } from './settle.ts'
import { seen } from './together.ts'

let shop: MoneyShop
let buyer: Buyer
let product: string
beforeAll(async () => {
  shop = await openMoneyShop({ processes: 1 })
  buyer = buyerAt(shop.ordersUrl, await shop.customer())
  product = await shop.product()
}, 120_000)
afterAll(() => shop?.close())

const keysAtWork = async () => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from idempotency_keys where answer_status is null`.execute(shop.orders)
  return rows[0]?.count
}

test('O12: killed while it makes an order, the repeat is told to wait, then makes the one order, and later it is replayed', async () => {
  const key = randomUUID()
  const create = () => buyer.create([{ product_id: product, quantity: 1 }], key)
  const [catalog] = shop.processes('catalog')
  catalog?.signal('SIGSTOP')
  const lost = create().catch(() => 'no answer')
  await expect.poll(keysAtWork, { timeout: 10_000, interval: 20 }).toBe(1)
  await shop.kill('orders', 0)
  catalog?.signal('SIGCONT')
  expect(await lost).toBe('no answer')

  await shop.start('orders', 0)
  const early = await create()
  expect([seen(early), early.headers.get('retry-after')]).toEqual(['409 idempotency/in-progress', '1'])
  await moveClocks(shop, { heldSeconds: 0 })
  const made = await create()
  const again = await create()
  expect([made.status, again.status, again.text]).toEqual([201, 201, made.text])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  const { rows } = await sql<{ id: string }>`select id from orders`.execute(shop.orders)
  expect(rows).toEqual([{ id: made.json.id }])
})

test('O12: killed once it has charged, the repeat goes on with the same payment and gets its result', async () => {
  const id = await buyer.draft(product)
  await shop.kill('orders', 0)
  const armed = await shop.start('orders', 0, { FAILPOINTS: 'orders.saga.after_charge_call:exit' })
  const key = randomUUID()
  const pay = () => buyer.pay(id, { key })
  const lost = pay().catch(() => 'no answer')
  expect(await armed.ended).toBe(99)
  expect(await lost).toBe('no answer')
  expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'pending', payments: ['created'], charges: 1 })

  await shop.start('orders', 0)
  expect(seen(await pay())).toBe('409 idempotency/in-progress')
  await moveClocks(shop, { heldSeconds: 0 })
  // Where the shop has just taken it up by itself, it is a moment more.
  await expect.poll(() => pay().then(seen), { timeout: 20_000 }).toBe('200')
  expect(await moneyOf(shop.orders, id)).toMatchObject({
    status: 'paid',
    payments: ['captured'],
    charges: 1,
    charged: 1_000,
    given_back: 0,
    invoices: 1,
  })
})
