import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../role-matrix.ts'
import { type Buyer, buyerAt, type Item } from './buyer.ts'
import { moneyOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { counted, rounds, seen, together, untilServed } from './together.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

function addOnce(buyer: Buyer, id: string, item: Item): Promise<Answer> {
  const key = randomUUID()
  return untilServed(() => buyer.add(id, item, key))
}

/** What the order has and says, by raw SQL. */
async function linesOf(id: string) {
  const { rows } = await sql<{ product: string; quantity: number; total: number }>`
    select product_id as product, quantity, total_cents as total from order_items where order_id = ${id}
    order by position`.execute(shop.orders)
  const { total } = await moneyOf(shop.orders, id)
  return { lines: rows.map(({ product, quantity }) => ({ product, quantity })), sum: sumOf(rows), total }
}

const sumOf = (rows: readonly { readonly total: number }[]) => rows.reduce((sum, { total }) => sum + total, 0)

test('O13: two and three of a product are one line of five, what is removed is gone, and the total follows', async () => {
  const [one, other] = [await shop.product({ price: 700 }), await shop.product({ price: 99 })]
  const buyer = await newBuyer()
  const id = await buyer.draft(other)
  expect((await buyer.add(id, { product_id: one, quantity: 2 })).status).toBe(200)
  const added = await buyer.add(id, { product_id: one, quantity: 3 })
  expect(added.json).toMatchObject({ total_cents: 3_599, items: [{ quantity: 1 }, { product_id: one, quantity: 5 }] })
  const [line] = await sql<{ id: string }>`
    select id from order_items where order_id = ${id} and product_id = ${other}`
    .execute(shop.orders)
    .then(({ rows }) => rows)
  expect((await buyer.remove(id, line?.id ?? '')).json).toMatchObject({ total_cents: 3_500 })
  expect(await linesOf(id)).toEqual({ lines: [{ product: one, quantity: 5 }], sum: 3_500, total: 3_500 })

  expect(seen(await buyer.pay(id))).toBe('200')
  expect(seen(await buyer.add(id, { product_id: one, quantity: 1 }))).toBe('409 order/not-editable')
  expect(seen(await buyer.remove(id, line?.id ?? ''))).toBe('409 order/not-editable')
  expect(await linesOf(id)).toEqual({ lines: [{ product: one, quantity: 5 }], sum: 3_500, total: 3_500 })
})

test('O13: 20 parallel adds of a product are one line of their exact sum, 20 rounds', async () => {
  const product = await shop.product({ price: 3 })
  const other = await shop.product({ price: 5 })
  const buyer = await newBuyer()
  await rounds(20, async () => {
    const id = await buyer.draft(other)
    const answers = await together(20, (index) => addOnce(buyer, id, { product_id: product, quantity: index + 1 }))
    expect(counted(answers)).toEqual({ '200': 20 })
    const lines = [
      { product: other, quantity: 1 },
      { product, quantity: 210 },
    ]
    expect(await linesOf(id)).toEqual({ lines, sum: 635, total: 635 })
  })
}, 300_000)

test('O13: while an order is paid and added to, what is charged is exactly what its lines cost, 100 rounds', async () => {
  const products = await together(4, (index) => shop.product({ price: 100 + index }))
  const [first = '', ...more] = products
  const ends: string[] = []
  await rounds(10, async () => {
    await together(10, async () => {
      const buyer = await newBuyer()
      const id = await buyer.draft(first)
      const key = randomUUID()
      const paying = untilServed(() => buyer.pay(id, { key }))
      const adding = [first, ...more].map((product_id) => addOnce(buyer, id, { product_id, quantity: 2 }))
      const [paid, ...added] = await Promise.all([paying, ...adding])
      ends.push(seen(paid), ...added.map(seen))
      for (const answer of added) expect(['200', '409 order/not-editable']).toContain(seen(answer))
      // Lines kept changing while their prices were asked for: nothing was charged, and the customer may try again.
      const last = seen(paid) === '409 payment/in-progress' ? await buyer.pay(id) : paid
      expect(seen(last), last.text).toBe('200')

      const { lines, sum, total } = await linesOf(id)
      const units = 1 + 2 * added.filter(({ status }) => status === 200).length
      expect(lines.reduce((all, { quantity }) => all + quantity, 0)).toBe(units)
      expect(total).toBe(sum)
      expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'paid', charges: 1, charged: sum, captured: sum })
      expect(await soldOf(id)).toEqual(lines.toSorted(byProduct))
    })
  })
  // Both ends of the race were seen, else it was none.
  expect(new Set(ends)).toContain('409 order/not-editable')
  expect(ends.filter((end) => end === '200').length).toBeGreaterThan(100)
}, 300_000)

const byProduct = (one: { readonly product: string }, other: { readonly product: string }) =>
  one.product < other.product ? -1 : 1

/** What the catalog has sold to the order. */
async function soldOf(id: string) {
  const { rows } = await sql<{ product: string; quantity: number }>`
    select l.product_id as product, l.quantity from inventory_reservations r
      join inventory_reservation_lines l on l.reservation_id = r.id
    where starts_with(r.reference, ${`order:${id}:`}) and r.state = 'committed'
    order by l.product_id`.execute(shop.catalog)
  return rows
}
