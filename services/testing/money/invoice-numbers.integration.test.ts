import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { issueInvoice } from '../../orders/invoices/issue-invoice.ts'
import { findPayment } from '../../orders/pay/payment-store.ts'
import type { OrdersTables } from '../../orders/schema.ts'
import { type GivenOrder, paidOrder } from '../../orders/testing/paid-order.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { seen, together } from './together.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

async function numbersOf(series: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select number from invoices where series = ${series} order by number`.execute(shop.orders)
  return rows.map(({ number }) => number)
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

const thisYear = () => new Date().getUTCFullYear()

type Issuing = { readonly order: GivenOrder; readonly now: Date; readonly end: 'commit' | 'roll back' }

/** As the saga's last step does it, in a transaction of its own, at any time. */
async function issue(database: Kysely<OrdersTables>, { order, now, end }: Issuing): Promise<void> {
  const seller = { name: 'Shop', address_lines: ['Hauptstr. 1', '10115 Berlin'], country: 'DE', tax_id: 'DE1' }
  const parts = { seller, now: () => now, newId: () => uuidV7(now) }
  await database
    .transaction()
    .execute(async (transaction) => {
      const payment = await findPayment(transaction, order.paymentId ?? '')
      if (payment === undefined) throw new Error('the order is not paid')
      await issueInvoice(transaction, parts, { orderId: order.id, payment, cause: { requestId: 'test' } })
      if (end === 'roll back') throw new Error('rolled back on purpose')
    })
    .catch((error: Error) => {
      if (error.message !== 'rolled back on purpose') throw error
    })
}

test('O8: 100 orders paid in parallel, beside 20 transactions that are rolled back, have the numbers 1 to 100', async () => {
  const product = await shop.product()
  const drafts = await together(100, async () => {
    const buyer = await newBuyer()
    return { buyer, id: await buyer.draft(product) }
  })
  const undone = await together(20, () => paidOrder(shop.orders))
  const paying = drafts.map(({ buyer, id }) => buyer.payUntilAnswered(id))
  const undoing = undone.map((order) => issue(shop.orders, { order, now: new Date(), end: 'roll back' }))
  const answers = await Promise.all(paying)
  await Promise.all(undoing)
  expect(answers.map((given) => given.at(-1))).toEqual(Array(100).fill('200'))
  expect(await numbersOf(`INV-${thisYear()}`)).toEqual(upTo(100))
  const { rows } = await sql`
    select order_id from invoices group by order_id having count(*) <> 1`.execute(shop.orders)
  expect(rows).toEqual([])
  expect(await eventNumbers(`INV-${thisYear()}`)).toEqual(upTo(100))
}, 300_000)

/** What was told of them. */
async function eventNumbers(series: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select (envelope->'data'->>'number')::integer as number from outbox_events
    where type = 'invoice.issued.v1' and envelope->'data'->>'series' = ${series} order by 1`.execute(shop.orders)
  return rows.map(({ number }) => number)
}

test('O8: the first invoice of a new year is number 1, and the old year goes on where it was', async () => {
  const [old, first, second] = await together(3, () => paidOrder(shop.orders))
  if (old === undefined || first === undefined || second === undefined) throw new Error('three orders were made')
  const year = thisYear() + 1
  const last = (await numbersOf(`INV-${thisYear()}`)).length
  await issue(shop.orders, { order: first, now: new Date(Date.UTC(year, 0, 1)), end: 'commit' })
  await issue(shop.orders, { order: old, now: new Date(Date.UTC(year, 0, 1) - 1), end: 'commit' })
  await issue(shop.orders, { order: second, now: new Date(Date.UTC(year, 5, 1)), end: 'commit' })
  expect(await numbersOf(`INV-${year}`)).toEqual([1, 2])
  expect(await numbersOf(`INV-${thisYear()}`)).toEqual(upTo(last + 1))
})

test('O8: 30 refunds in parallel have credit notes with a series of their own, from 1 on and without a gap', async () => {
  const product = await shop.product({ price: 500 })
  const buyer = await newBuyer()
  const admin = buyerAt(shop.ordersUrl, await shop.callers.person('admin'))
  const ids: string[] = []
  for (let order = 0; order < 15; order += 1) ids.push(await buyer.paid(product))
  const invoiced = await numbersOf(`INV-${thisYear()}`)
  const wish = { amount_cents: 250, reason: 'arrived with a scratch' }
  const refunds = await Promise.all([...ids, ...ids].map((id) => admin.refund(id, wish)))
  expect([...new Set(refunds.map(seen))]).toEqual(['201'])
  await expect.poll(() => numbersOf(`CN-${thisYear()}`), { timeout: 20_000 }).toEqual(upTo(30))
  expect(await numbersOf(`INV-${thisYear()}`)).toEqual(invoiced)
}, 300_000)
