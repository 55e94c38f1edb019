import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../role-matrix.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { holdsOf, type MoneyRow, moneyOf, providerCalls, stockOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { counted, rounds, seen, together, untilServed } from './together.ts'

let shop: MoneyShop
let admin: Buyer
beforeAll(async () => {
  shop = await openMoneyShop()
  admin = buyerAt(shop.ordersUrl, await shop.callers.person('admin'))
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

const cancelBy = (buyer: Buyer, id: string) => untilServed(() => buyer.cancel(id))

/** A parcel with a number and a key of its own; with all there is where no lines are named. */
function shipOnce(id: string, lines?: readonly unknown[]): Promise<Answer> {
  const [tracking_number, key] = [randomUUID(), randomUUID()]
  return untilServed(() => admin.ship(id, { carrier: 'dhl', tracking_number, ...(lines && { lines }) }, key))
}

const settled = (id: string, wanted: Partial<MoneyRow>) =>
  expect.poll(() => moneyOf(shop.orders, id), { timeout: 20_000 }).toMatchObject(wanted)

const refundedOnce = { refunds: ['succeeded'], charged: 1_000, given_back: 1_000, refunded: 1_000 } as const
const notRefunded = { refunds: [], charged: 1_000, given_back: 0, refunded: 0 } as const

type Won = 'cancelled' | 'shipped'

/** 50 cancels, of its customer and of an admin, against 50 parcels that take all there is. */
async function cancelOrShip(cancelsLateMilliseconds: number): Promise<Won> {
  const product = await shop.product({ quantity: 10 })
  const buyer = await newBuyer()
  const id = await buyer.paid(product)
  const cancels = () => together(50, (index) => cancelBy(index % 2 === 0 ? buyer : admin, id))
  const [cancelled, shipped] = await Promise.all([
    cancelsLateMilliseconds === 0 ? cancels() : delay(cancelsLateMilliseconds).then(cancels),
    together(50, () => shipOnce(id)),
  ])
  if (counted(shipped)['201'] === undefined) {
    expect(counted(cancelled)).toEqual({ '200': 50 })
    expect(counted(shipped)).toEqual({ '409 order/invalid-transition': 50 })
    const history = ['draft', 'pending', 'paid', 'cancelled']
    await settled(id, { status: 'cancelled', history, shipments: 0, payment_status: 'refunded', ...refundedOnce })
    expect(await providerCalls(shop.orders, 'refund', id)).toBe(1)
    await expect.poll(() => holdsOf(shop.catalog, id), { timeout: 20_000 }).toEqual(['returned'])
    expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 10, reserved: 0 })
    return 'cancelled'
  }
  expect(counted(shipped)).toEqual({ '201': 1, '409 order/invalid-transition': 49 })
  expect(counted(cancelled)).toEqual({ '409 order/invalid-transition': 50 })
  const history = ['draft', 'pending', 'paid', 'shipped']
  await settled(id, { status: 'shipped', history, shipments: 1, payment_status: 'paid', ...notRefunded })
  expect(await holdsOf(shop.catalog, id)).toEqual(['committed'])
  expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 9, reserved: 0 })
  return 'shipped'
}

test('O7: of 50 cancels and 50 shipments of one paid order one kind wins, 20 rounds', async () => {
  const won: Won[] = []
  await rounds(20, async (round) => {
    // A cancel has less to do before it holds the order's row: begun with the parcels it nearly always wins.
    won.push(await cancelOrShip(round % 2 === 0 ? round * 8 : 0))
  })
  expect(new Set(won)).toEqual(new Set(['cancelled', 'shipped']))
}, 300_000)

test('O7: of 50 cancels and 50 parcels of one unit each either all is cancelled or all is shipped, 5 rounds', async () => {
  await rounds(5, async () => {
    const product = await shop.product({ quantity: 50, price: 20 })
    const buyer = await newBuyer()
    const created = await buyer.create([{ product_id: product, quantity: 50 }])
    const id = String(created.json.id)
    expect(seen(await buyer.pay(id))).toBe('200')
    const [item] = Array.isArray(created.json.items) ? created.json.items : []
    const lines = [{ order_item_id: item?.id, quantity: 1 }]
    const [cancelled, shipped] = await Promise.all([
      together(50, (index) => cancelBy(index % 2 === 0 ? buyer : admin, id)),
      together(50, () => shipOnce(id, lines)),
    ])
    const money = await moneyOf(shop.orders, id)
    if (money.status === 'cancelled') {
      expect([counted(cancelled), counted(shipped)]).toEqual([{ '200': 50 }, { '409 order/invalid-transition': 50 }])
      await settled(id, { shipments: 0, ...refundedOnce })
      await expect.poll(() => stockOf(shop.catalog, product), { timeout: 20_000 }).toMatchObject({ quantity: 50 })
    } else {
      expect([counted(cancelled), counted(shipped)]).toEqual([{ '409 order/invalid-transition': 50 }, { '201': 50 }])
      expect(money).toMatchObject({ status: 'shipped', shipments: 50, ...notRefunded })
      expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 0, reserved: 0 })
    }
  })
}, 300_000)

test('O32: 50 parallel cancels of a paid order are one, with one refund and one return of its stock, 20 rounds', async () => {
  await rounds(20, async () => {
    const product = await shop.product({ quantity: 3 })
    const buyer = await newBuyer()
    const id = await buyer.paid(product)
    expect(counted(await together(50, () => cancelBy(buyer, id)))).toEqual({ '200': 50 })
    const history = ['draft', 'pending', 'paid', 'cancelled']
    await settled(id, { status: 'cancelled', history, ...refundedOnce })
    expect(await providerCalls(shop.orders, 'refund', id)).toBe(1)
    await expect.poll(() => holdsOf(shop.catalog, id), { timeout: 20_000 }).toEqual(['returned'])
    expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 3, reserved: 0 })
  })
}, 300_000)

test('O32: 50 parallel cancels of an order that waits for its customer are one, and its stock is free, 20 rounds', async () => {
  await rounds(20, async () => {
    const product = await shop.product({ quantity: 3 })
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    expect(seen(await buyer.pay(id, { token: 'tok_needs_action' }))).toBe('202')
    expect(counted(await together(50, () => cancelBy(buyer, id)))).toEqual({ '200': 50 })
    const history = ['draft', 'pending', 'cancelled']
    await settled(id, { status: 'cancelled', history, payments: ['cancelled'], refunds: [], charged: 0 })
    await expect.poll(() => holdsOf(shop.catalog, id), { timeout: 20_000 }).toEqual(['released'])
    expect(await stockOf(shop.catalog, product)).toEqual({ quantity: 3, reserved: 0 })
  })
}, 300_000)

test('O32: a cancel while a charge is in flight is refused, or the money comes back, 40 orders', async () => {
  const ids = await together(40, async (index) => {
    const product = await shop.product({ quantity: 3 })
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    const paying = buyer.payUntilAnswered(id, { token: 'tok_slow_5s' })
    // All over the time of the charge, and some just after it.
    await delay(index * 150)
    const answer = await cancelBy(buyer, id)
    expect(['200', '409 payment/in-progress'], answer.text).toContain(seen(answer))
    const paid = (await paying).at(-1)
    return { id, product, cancelled: answer.status === 200, paid }
  })
  for (const { id, product, cancelled, paid } of ids) {
    const shown = await moneyOf(shop.orders, id)
    expect(shown.status, `answered ${paid}`).toBe(cancelled ? 'cancelled' : 'paid')
    await settled(id, cancelled ? { refunded: shown.charged, given_back: shown.charged } : notRefunded)
    const left = { quantity: cancelled ? 3 : 2, reserved: 0 }
    await expect.poll(() => stockOf(shop.catalog, product), { timeout: 20_000 }).toEqual(left)
  }
  expect(ids.some(({ cancelled }) => !cancelled)).toBe(true)
}, 300_000)
