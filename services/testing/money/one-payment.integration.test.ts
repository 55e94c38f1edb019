import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../role-matrix.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { moneyOf, providerCalls, stockOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { counted, rounds, seen, together } from './together.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

/** One answer and its copies, and beside them only who was told to come again. The answer. */
function requireOneAnswer(answers: readonly Answer[], status: number): Answer {
  const given = answers.filter((answer) => answer.status === status)
  const others = answers.filter((answer) => answer.status !== status)
  expect(new Set(given.map(({ text }) => text)).size, JSON.stringify(counted(answers))).toBe(1)
  expect(given.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect(given.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(given.length - 1)
  for (const other of others) {
    expect(seen(other)).toBe('409 idempotency/in-progress')
    expect(other.headers.get('retry-after')).toMatch(/^\d+$/)
  }
  const [answer] = given
  if (answer === undefined) throw new Error(`nobody was answered ${status}`)
  return answer
}

test('O1: 50 parallel orders with one key, then 50 parallel payments with one key, are one order and one charge, 20 rounds', async () => {
  const product = await shop.product()
  await rounds(20, async () => {
    const buyer = await newBuyer()
    const [createKey, payKey] = [randomUUID(), randomUUID()]
    const created = await together(50, () => buyer.create([{ product_id: product, quantity: 1 }], createKey))
    const id = String(requireOneAnswer(created, 201).json.id)
    const { rows } = await sql<{ id: string }>`select id from orders where user_id = ${buyer.as.id}`.execute(
      shop.orders,
    )
    expect(rows).toEqual([{ id }])

    const paid = await together(50, () => buyer.pay(id, { key: payKey }))
    const { text } = requireOneAnswer(paid, 200)
    const again = await buyer.pay(id, { key: payKey })
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([200, text, 'true'])
    expect(await moneyOf(shop.orders, id)).toMatchObject({
      status: 'paid',
      payments: ['captured'],
      charges: 1,
      charged: 1_000,
      invoices: 1,
    })
    expect(await providerCalls(shop.orders, 'charge', id)).toBe(1)
  })
  expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 1_000_000 - 20, reserved: 0 })
}, 300_000)

test('O19: of two payments of one order with different keys one charges, and the other hears why not, 20 rounds', async () => {
  const product = await shop.product()
  const buyer = await newBuyer()
  await rounds(20, async () => {
    const id = await buyer.draft(product)
    const answers = await together(2, () => buyer.pay(id))
    const [lost] = answers.filter(({ status }) => status !== 200)
    expect(['409 payment/in-progress', '409 payment/already-paid'], lost?.text).toContain(lost && seen(lost))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(seen(await buyer.pay(id))).toBe('409 payment/already-paid')
    expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'paid', payments: ['captured'], charges: 1 })
    expect(await providerCalls(shop.orders, 'charge', id)).toBe(1)
  })
})

test('O19: ten payments with different keys of an order that was declined before are one second attempt, 20 rounds', async () => {
  const product = await shop.product()
  const buyer = await newBuyer()
  await rounds(20, async () => {
    const id = await buyer.draft(product)
    expect(seen(await buyer.pay(id, { token: 'tok_declined' }))).toBe('402 payment/declined')
    const answers = await together(10, () => buyer.pay(id))
    expect(counted(answers)['200'], JSON.stringify(counted(answers))).toBe(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(['409 payment/in-progress', '409 payment/already-paid']).toContain(seen(answer))
    }
    expect(await moneyOf(shop.orders, id)).toMatchObject({ payments: ['declined', 'captured'], charges: 1 })
    const { rows } = await sql`select key from simulated_charges where order_id = ${id} order by key`.execute(
      shop.orders,
    )
    expect(rows).toEqual([{ key: `order:${id}:pay:1` }, { key: `order:${id}:pay:2` }])
  })
})
