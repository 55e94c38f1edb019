import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../../kit/logging.ts'
import { expireDue } from '../../orders/expiry/expire-orders.ts'
import type { Caller } from '../callers.ts'
import { sendTo } from '../world.ts'
import { buyerAt } from './buyer.ts'
import { holdsOf, moneyOf, moneyOfAll, stockOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { captureAtBank, chargeEvent, sendWebhook, webhookSettings } from './simulated-webhooks.ts'
import { rounds, seen, together } from './together.ts'

let shop: MoneyShop
let rival: Caller
beforeAll(async () => {
  shop = await openMoneyShop({ settings: { orders: webhookSettings } })
  rival = await shop.callers.service('product-catalog', ['inventory:reserve'])
}, 300_000)
afterAll(() => shop?.close())

type Waiting = { readonly id: string; readonly product: string }

/** One that waits for what its customer has to do at the bank, of a product of which there is one. */
async function waitingOrder(): Promise<Waiting> {
  const product = await shop.product({ quantity: 1 })
  const buyer = buyerAt(shop.ordersUrl, await shop.customer())
  const id = await buyer.draft(product)
  expect(seen(await buyer.pay(id, { token: 'tok_needs_action' }))).toBe('202')
  return { id, product }
}

/** The clock: they have been pending for so long. */
const pendingFor = (ids: readonly string[], minutes: number) =>
  sql`
    update orders set pending_at = now() - make_interval(mins => ${minutes}) where id = any(${ids})`.execute(
    shop.orders,
  )

/** One more worker, beside those of both processes. */
const expireNow = () =>
  expireDue({
    database: shop.orders,
    logger: createLogger({ service: 'orders', version: 'test', level: 'fatal' }),
    newId: randomUUID,
    wakeTasks: () => undefined,
  })

test('O17: what is not paid in 60 minutes has expired once, whoever looks, its hold released and its charge closed', async () => {
  const waiting = await together(30, waitingOrder)
  const ids = waiting.map(({ id }) => id)
  const [young, ...old] = ids
  await pendingFor([young ?? ''], 59)
  await pendingFor(old, 60)
  await together(4, expireNow)
  for (const { id, product } of waiting.slice(1)) {
    const money = { status: 'expired', payments: ['cancelled'], charged: 0, refunds: [] }
    await expect.poll(() => moneyOf(shop.orders, id), { timeout: 20_000 }).toMatchObject(money)
    expect(await moneyOf(shop.orders, id)).toMatchObject({
      history: ['draft', 'pending', 'expired'],
      events: ['order.placed.v1', 'order.expired.v1'],
    })
    await expect.poll(() => holdsOf(shop.catalog, id), { timeout: 20_000 }).toEqual(['released'])
    expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 1, reserved: 0 })
  }
  const { rows } = await sql`
    select distinct state from simulated_charges where order_id = any(${old})`.execute(shop.orders)
  expect(rows).toEqual([{ state: 'cancelled' }])
  expect(await moneyOf(shop.orders, young ?? '')).toMatchObject({ status: 'pending', payments: ['requires_action'] })
}, 300_000)

/** Somebody else wants the same: they have it as soon as it is free, or never. */
async function wantWhatIsFree(products: readonly string[], done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    const { rows } = await sql<{ product: string }>`
      select product_id as product from inventory where product_id = any(${products}) and quantity - reserved > 0`.execute(
      shop.catalog,
    )
    await Promise.all(rows.map(({ product }) => reserve(product)))
    await delay(20)
  }
}

async function reserve(product: string): Promise<void> {
  const body = { reference: `rival:${product}`, items: [{ product_id: product, quantity: 1 }], ttl_seconds: 3_600 }
  const answer = await sendTo(shop.catalogUrl, { method: 'POST', path: '/api/v1/inventory/reserve', as: rival, body })
  expect([201, 409, 503], answer.text).toContain(answer.status)
}

const paidWithStock = { status: 'paid', charged: 1_000, refunds: [], given_back: 0, invoices: 1 }
const expiredWithMoneyBack = {
  status: 'expired',
  charged: 1_000,
  refunds: ['succeeded'],
  given_back: 1_000,
  invoices: 0,
}

test('O17: a success in the moment of the expiry is paid with stock or expired with the money back, 200 rounds', async () => {
  const ends: string[] = []
  await rounds(10, async (round) => {
    const waiting = await together(20, waitingOrder)
    const ids = waiting.map(({ id }) => id)
    const events = await Promise.all(ids.map(async (id) => chargeEvent(await captureAtBank(shop.orders, id))))
    const done = new AbortController()
    // In every other round the stock is wanted by somebody else as soon as it is free.
    const wanted = round % 2 === 0 ? waiting.map(({ product }) => product) : []
    const race = async () => {
      await pendingFor(ids, 61)
      const told = events.map(async (body, index) => {
        await delay(index * 3)
        return sendWebhook(shop.ordersUrl, body)
      })
      await Promise.all([expireNow(), expireNow()])
      expect(await Promise.all(told)).toEqual(Array(20).fill(200))
      const allOver = async () => (await moneyOfAll(shop.orders, ids)).every(isOver)
      await expect.poll(allOver, { timeout: 30_000, interval: 200 }).toBe(true)
    }
    await Promise.all([wantWhatIsFree(wanted, done.signal), race().finally(() => done.abort())])
    for (const { id, product } of waiting) ends.push(await requireEither(id, product))
  })
  expect(ends).toHaveLength(200)
  expect(new Set(ends)).toEqual(new Set(['paid in time', 'paid after all', 'money back']))
}, 300_000)

const isOver = ({ status, refunds }: { readonly status: string; readonly refunds: readonly string[] }) =>
  status === 'paid' || (status === 'expired' && refunds.includes('succeeded'))

async function requireEither(id: string, product: string): Promise<string> {
  const money = await moneyOf(shop.orders, id)
  expect([paidWithStock, expiredWithMoneyBack]).toContainEqual(
    expect.objectContaining({ status: money.status, refunds: money.refunds }),
  )
  const { quantity } = (await stockOf(shop.catalog, product)) ?? {}
  const holds = await holdsOf(shop.catalog, id)
  if (money.status === 'expired') {
    expect(money).toMatchObject(expiredWithMoneyBack)
    expect(holds).not.toContain('committed')
    expect(quantity).toBe(1)
    return 'money back'
  }
  expect(money).toMatchObject(paidWithStock)
  expect(holds.filter((state) => state === 'committed')).toHaveLength(1)
  expect(quantity).toBe(0)
  return money.history.includes('expired') ? 'paid after all' : 'paid in time'
}
