import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../../kit/logging.ts'
import { expireDue } from '../../orders/expiry/expire-orders.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { holdsOf, mailsOf, moneyOf, moneyOfAll } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { captureAtBank, chargeEvent, sendWebhook, sentWebhook, webhookSettings } from './simulated-webhooks.ts'
import { rounds, seen, together } from './together.ts'

let shop: MoneyShop
let product: string
beforeAll(async () => {
  // So that the answer to our own call is on its way while the others tell the same.
  const settings = { ...webhookSettings, FAILPOINTS: 'orders.saga.after_charge_call:delay=150' }
  shop = await openMoneyShop({ settings: { orders: settings } })
  product = await shop.product()
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

/** Through both processes; every copy has to be taken. */
async function sendCopies(body: string): Promise<void> {
  expect(await together(20, () => sendWebhook(shop.ordersUrl, body))).toEqual(Array(20).fill(200))
}

async function webhookOf(id: string): Promise<string> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const body = await sentWebhook(shop.orders, id)
    if (body !== undefined) return body
    if (performance.now() > deadline) throw new Error(`nothing was charged for order ${id}`)
    await delay(10)
  }
}

/** The poller takes the order now, and no matter who is at it. */
const pollNow = (id: string) =>
  sql`
    update order_sagas set next_run_at = now(), locked_until = case when lease is null then null else now() end
    where order_id = ${id} and step <> 'done'`.execute(shop.orders)

async function answeredAndTold(): Promise<string> {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  const paying = buyer.pay(id)
  await sendCopies(await webhookOf(id))
  expect(seen(await paying)).toBe('200')
  return id
}

async function answeredToldAndPolled(): Promise<string> {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  const key = randomUUID()
  const paying = buyer.pay(id, { key })
  const body = await webhookOf(id)
  await Promise.all([pollNow(id), sendCopies(body)])
  expect(['200', '409 idempotency/in-progress']).toContain(seen(await paying))
  expect((await buyer.payUntilAnswered(id, { key })).at(-1)).toBe('200')
  return id
}

async function toldAndPolled(): Promise<string> {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  expect(seen(await buyer.pay(id, { token: 'tok_no_webhook' }))).toBe('202')
  const body = chargeEvent(await captureAtBank(shop.orders, id))
  await Promise.all([pollNow(id), sendCopies(body)])
  return id
}

test('O3: 20 copies of the success beside our own answer and the poller are one paid order, invoice and mail, 20 rounds', async () => {
  const ids: string[] = []
  await rounds(20, async () => {
    ids.push(...(await Promise.all([answeredAndTold(), answeredToldAndPolled(), toldAndPolled()])))
  })
  expect(ids).toHaveLength(60)
  for (const id of ids) {
    await expect.poll(async () => (await moneyOf(shop.orders, id)).status, { timeout: 20_000 }).toBe('paid')
    await expect.poll(() => mailsOf(shop.orders, id, 'order_paid'), { timeout: 20_000 }).toBe(1)
  }
  await expect.poll(unappliedWebhooks, { timeout: 20_000 }).toBe(0)
  for (const [index, money] of (await moneyOfAll(shop.orders, ids)).entries()) {
    expect(money).toMatchObject({
      history: ['draft', 'pending', 'paid'],
      events: ['order.placed.v1', 'order.paid.v1', 'invoice.issued.v1'],
      payments: ['captured'],
      charged: 1_000,
      captured: 1_000,
      refunds: [],
      invoices: 1,
    })
    expect(await mailsOf(shop.orders, ids[index] ?? '', 'order_paid')).toBe(1)
  }
}, 300_000)

async function unappliedWebhooks(): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select count(*) as left from webhook_events where state <> 'applied'`.execute(shop.orders)
  return rows[0]?.left ?? 0
}

type Waiting = { readonly buyer: Buyer; readonly id: string; readonly product: string }

/** 20 orders that wait for what their customers have to do at the bank; each of a product of which there is one. */
const waitingOrders = (): Promise<Waiting[]> =>
  together(20, async () => {
    const [only, buyer] = await Promise.all([shop.product({ quantity: 1 }), newBuyer()])
    const id = await buyer.draft(only)
    expect(seen(await buyer.pay(id, { token: 'tok_needs_action' }))).toBe('202')
    return { buyer, id, product: only }
  })

async function expireAll(waiting: readonly Waiting[]): Promise<void> {
  const ids = waiting.map(({ id }) => id)
  await sql`update orders set pending_at = now() - interval '61 minutes' where id = any(${ids})`.execute(shop.orders)
  const logger = createLogger({ service: 'orders', version: 'test', level: 'fatal' })
  await expireDue({ database: shop.orders, logger, newId: randomUUID, wakeTasks: () => undefined })
  for (const id of ids) {
    await expect.poll(() => holdsOf(shop.catalog, id), { timeout: 20_000 }).toEqual(['released'])
    expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'expired' })
  }
}

/** What only the bank knows is told 20 times. */
const succeedLate = (waiting: readonly Waiting[]) =>
  Promise.all(waiting.map(async ({ id }) => sendCopies(chargeEvent(await captureAtBank(shop.orders, id)))))

async function requireGivenBackOnce({ id }: Waiting, unchanged: Readonly<Record<string, unknown>>): Promise<void> {
  await expect
    .poll(() => moneyOf(shop.orders, id), { timeout: 20_000 })
    .toMatchObject({
      ...unchanged,
      refunds: ['succeeded'],
      charges: 1,
      charged: 1_000,
      given_back: 1_000,
      invoices: 0,
    })
  await expect.poll(() => mailsOf(shop.orders, id, 'order_refunded'), { timeout: 20_000 }).toBe(1)
}

test('O18: a success after the expiry, told 20 times, pays the order once where its stock is free, 20 rounds', async () => {
  const waiting = await waitingOrders()
  await expireAll(waiting)
  await succeedLate(waiting)
  for (const { id } of waiting) {
    await expect
      .poll(() => moneyOf(shop.orders, id), { timeout: 20_000 })
      .toMatchObject({
        status: 'paid',
        history: ['draft', 'pending', 'expired', 'paid'],
        charges: 1,
        refunds: [],
        invoices: 1,
      })
    expect(await holdsOf(shop.catalog, id)).toEqual(['released', 'committed'])
  }
}, 300_000)

test('O18: a success after the expiry, told 20 times, goes back once where the stock is gone, 20 rounds', async () => {
  const waiting = await waitingOrders()
  await expireAll(waiting)
  const products = waiting.map((order) => order.product)
  await sql`update inventory set quantity = 0 where product_id = any(${products})`.execute(shop.catalog)
  await succeedLate(waiting)
  for (const order of waiting) {
    await requireGivenBackOnce(order, { status: 'expired', history: ['draft', 'pending', 'expired'] })
  }
}, 300_000)

test('O18: a success after the cancellation, told 20 times, goes back once, free stock or not, 20 rounds', async () => {
  const waiting = await waitingOrders()
  for (const { buyer, id } of waiting) expect(seen(await buyer.cancel(id))).toBe('200')
  await succeedLate(waiting)
  for (const order of waiting) {
    await requireGivenBackOnce(order, { status: 'cancelled', history: ['draft', 'pending', 'cancelled'] })
    await expect.poll(() => holdsOf(shop.catalog, order.id), { timeout: 20_000 }).toEqual(['released'])
  }
  const ids = waiting.map(({ id }) => id)
  const { rows } = await sql`
    select distinct key from refunds where order_id = any(${ids})`.execute(shop.orders)
  expect(rows).toEqual([{ key: 'late' }])
}, 300_000)
