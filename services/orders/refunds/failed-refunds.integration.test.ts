import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { judgeStock } from '../reconcile/judge-stock.ts'
import { readBooks } from '../reconcile/order-books.ts'
import { bySystem } from '../status/move-order.ts'
import { insertRefund, insertRefundLines } from './refund-store.ts'
import { type ChargedOrder, chargedOrder, unitsOf } from './testing/charged-order.ts'
import { openRefunds } from './testing/open-refunds.ts'

const { stage, calls } = await openRefunds()

const slowly = { timeout: 15_000 }
const four = { lines: [{ quantity: 4, unitPriceCents: 1_000 }] }

type Waiting = { readonly key: string; readonly amountCents: number }

/** Units whose refund the bank has not decided; it does so when it is told. */
async function waitingRefund(
  order: ChargedOrder,
  { units, restock = false }: { readonly units: number; readonly restock?: boolean },
): Promise<Waiting> {
  const refundId = stage.parts.newId()
  const waiting = { key: `${order.paymentKey}:refund:${refundId}`, amountCents: 1_000 * units }
  await stage.kysely.transaction().execute(async (transaction) => {
    await insertRefund(transaction, {
      id: refundId,
      paymentId: order.paymentId ?? '',
      key: refundId,
      providerKey: waiting.key,
      amountCents: waiting.amountCents,
      shippingCents: 0,
      reason: 'as agreed',
      origin: bySystem({ requestId: 'test' }),
    })
    const line = { orderItemId: order.lines[0]?.id ?? '', amountCents: waiting.amountCents, restock }
    await insertRefundLines(transaction, {
      refundId,
      lines: [{ ...line, unshippedQuantity: units, shippedQuantity: 0 }],
    })
  })
  return waiting
}

async function decide({ key, amountCents }: Waiting, state: 'succeeded' | 'failed'): Promise<void> {
  const refund = { providerRefundRef: null, amountCents, currency: 'EUR', state }
  const eventId = await calls.tell({ kind: 'refund', key, refund })
  await expect.poll(async () => (await calls.webhook(eventId))?.state, slowly).toBe('applied')
}

const shippedOf = async ({ id, lines: [line] }: ChargedOrder) => {
  const { shipped } = (await unitsOf(stage, line?.id ?? '')) ?? {}
  return [(await calls.orderRow(id))?.status, shipped]
}

test('O27: what a refund takes that fails after the rest is shipped can be shipped, and then the order is', async () => {
  const order = await chargedOrder(stage, four)
  const refund = await waitingRefund(order, { units: 2 })
  expect((await calls.ship(order)).status).toBe(201)
  expect(await shippedOf(order)).toEqual(['processing', 2])
  await decide(refund, 'failed')
  expect(await shippedOf(order)).toEqual(['processing', 2])
  expect((await calls.ship(order, calls.units(order, 1))).status).toBe(201)
  expect((await calls.ship(order)).status).toBe(201)
  expect(await shippedOf(order)).toEqual(['shipped', 4])
})

test('O27: an order whose rest was shipped beside two refunds is shipped when the last of them has succeeded', async () => {
  const order = await chargedOrder(stage, four)
  const [one, other] = [await waitingRefund(order, { units: 1 }), await waitingRefund(order, { units: 1 })]
  expect((await calls.ship(order)).status).toBe(201)
  await decide(one, 'succeeded')
  expect(await shippedOf(order)).toEqual(['processing', 2])
  await decide(other, 'succeeded')
  expect(await shippedOf(order)).toEqual(['shipped', 2])
})

const openReturns = async (orderId: string) => {
  const { rows } = await sql`
    select key from order_tasks where order_id = ${orderId} and kind like 'return%' and state <> 'done'`.execute(
    stage.kysely,
  )
  return rows
}

const stockDriftOf = async ({ id, reference }: ChargedOrder) => {
  const all = { from: undefined, to: undefined, after: undefined, limit: 1_000 }
  const book = (await readBooks(stage.kysely, all)).find((each) => each.id === id)
  const hold = stage.catalog.holds.get(reference ?? '')
  if (book === undefined || hold === undefined) throw new Error('there is no such order')
  const items = [...hold.items].map(([productId, quantity]) => {
    return { productId, quantity, returned: hold.returned.get(productId) ?? 0 }
  })
  return judgeStock(book, { reference: hold.reference, state: hold.state, items })
}

test.each([
  ['waits while the order is cancelled', 'failed', 99],
  ['has succeeded before the order is cancelled', 'succeeded', 99],
] as const)('O23: a refund without restock that %s and fails puts its unit on sale, once', async (_, before, stock) => {
  const order = await chargedOrder(stage, { ...four, sold: true })
  const productId = order.lines[0]?.productId ?? ''
  const refund = await waitingRefund(order, { units: 1 })
  if (before === 'succeeded') await decide(refund, before)
  expect((await calls.cancel(order)).status).toBe(200)
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(stock)
  await decide(refund, 'failed')
  await decide(refund, 'failed')
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(100)
  await expect.poll(() => openReturns(order.id), slowly).toEqual([])
  expect(stage.catalog.stockOf(productId)).toBe(100)
  expect(await stockDriftOf(order)).toEqual([])
})

test('O23: units that the cancel has put on sale come back no more when their refund fails', async () => {
  const order = await chargedOrder(stage, { ...four, sold: true })
  const productId = order.lines[0]?.productId ?? ''
  const [kept, back] = [
    await waitingRefund(order, { units: 1 }),
    await waitingRefund(order, { units: 2, restock: true }),
  ]
  expect((await calls.cancel(order)).status).toBe(200)
  await decide(back, 'failed')
  await expect.poll(() => openReturns(order.id), slowly).toEqual([])
  expect(stage.catalog.stockOf(productId)).toBe(99)
  await decide(kept, 'failed')
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(100)
  await expect.poll(() => openReturns(order.id), slowly).toEqual([])
})
