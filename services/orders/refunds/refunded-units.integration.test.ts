import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chargedOrder, moneyOf, unitsOf } from './testing/charged-order.ts'
import { openRefunds } from './testing/open-refunds.ts'

const { stage, calls } = await openRefunds()

const slowly = { timeout: 15_000 }

/** 3 × 10.00 with a tax of 1.00, and 4.90 for the shipping. */
const three = { lines: [{ quantity: 3, unitPriceCents: 1_000, taxCents: 100 }], shippingCents: 490 }

test('O8: an order that goes back by a unit, an amount and its rest has credit notes of exactly its tax', async () => {
  const order = await chargedOrder(stage, three)
  for (const [index, wish] of [calls.units(order, 1), { amount_cents: 700 }, { amount_cents: 1_857 }].entries()) {
    expect((await calls.refund(order, wish)).status).toBe(201)
    await expect.poll(async () => (await calls.creditNotesOf(order.id)).length, slowly).toBe(index + 1)
  }
  const notes = await calls.creditNotesOf(order.id)
  expect(notes.map(({ total, tax }) => [total, tax])).toEqual([
    [1_033, 33],
    [700, 22],
    [1_857, 45],
  ])
})

test('O23: restock puts units on sale again once, when the money has gone back; without it never', async () => {
  const order = await chargedOrder(stage, { ...three, sold: true })
  const productId = order.lines[0]?.productId ?? ''
  expect(stage.catalog.stockOf(productId)).toBe(97)
  await calls.refund(order, calls.units(order, 2, { restock: true }))
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(99)
  await calls.refund(order, calls.units(order, 1, { restock: false }))
  await expect.poll(async () => (await calls.orderRow(order.id))?.payment_status, slowly).toBe('partially_refunded')
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  const { rows } = await sql<{ state: string }>`
    select state from order_tasks where order_id = ${order.id} and kind = 'return_units'`.execute(stage.kysely)
  expect(rows).toEqual([{ state: 'done' }])
  expect(stage.catalog.stockOf(productId)).toBe(99)

  const failing = await chargedOrder(stage, { ...three, sold: true, refunds: 'fail' })
  await calls.refund(failing, calls.units(failing, 2, { restock: true }))
  await expect.poll(() => calls.lastStatus(failing.id), slowly).toBe('failed')
  expect(stage.catalog.stockOf(failing.lines[0]?.productId ?? '')).toBe(97)
})

test.each([
  ['with restock is followed by the rest', true, 100],
  ['without restock keeps those units off sale', false, 98],
])('cancelling after a refund of two units %s', async (_, restock, stock) => {
  const order = await chargedOrder(stage, { ...three, sold: true })
  const productId = order.lines[0]?.productId ?? ''
  await calls.refund(order, calls.units(order, 2, { restock }))
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  expect((await stage.send('POST', `/api/v1/orders/${order.id}/cancel`, { body: {} })).status).toBe(200)
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(stock)
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 3_590, given: 3_590, payment_status: 'refunded' })
  const open = () =>
    sql<{ state: string }>`
    select state from order_tasks where order_id = ${order.id} and kind like 'return%' and state <> 'done'`.execute(
      stage.kysely,
    )
  await expect.poll(async () => (await open()).rows, slowly).toEqual([])
  expect(stage.catalog.stockOf(productId)).toBe(stock)
})

test('units are returned once where the order is cancelled while their refund is still on its way', async () => {
  const order = await chargedOrder(stage, { ...three, sold: true, refunds: 'pend' })
  const productId = order.lines[0]?.productId ?? ''
  await calls.refund(order, calls.units(order, 2, { restock: true }))
  expect((await stage.send('POST', `/api/v1/orders/${order.id}/cancel`, { body: {} })).status).toBe(200)
  await expect.poll(() => stage.catalog.stockOf(productId), slowly).toBe(100)
  await expect.poll(async () => (await calls.orderRow(order.id))?.payment_status, slowly).toBe('refunded')
  expect(stage.catalog.stockOf(productId)).toBe(100)
})

test('units that were not shipped are refunded first, then those that were', async () => {
  const order = await chargedOrder(stage, { status: 'processing', lines: [{ quantity: 5, shipped: 3 }] })
  const itemId = order.lines[0]?.id ?? ''
  await calls.refund(order, calls.units(order, 1))
  expect(await unitsOf(stage, itemId)).toEqual({ shipped: 3, refunded: 1, returned: 0 })
  await calls.refund(order, calls.units(order, 2))
  expect(await unitsOf(stage, itemId)).toEqual({ shipped: 3, refunded: 2, returned: 1 })
  await calls.refund(order, calls.units(order, 2))
  expect(await unitsOf(stage, itemId)).toEqual({ shipped: 3, refunded: 2, returned: 3 })
  expect((await calls.refund(order, calls.units(order, 1))).body.code).toBe('refund/exceeds-units')
})

const parcel = async (orderId: string, itemId: string, { arrived }: { readonly arrived: boolean }) => {
  const id = randomUUID()
  await sql`
    insert into shipments (id, order_id, carrier, tracking_number, status, delivered_at)
    values (${id}, ${orderId}, 'dhl', ${id}, ${arrived ? 'delivered' : 'in_transit'}, ${arrived ? sql`now()` : null})`.execute(
    stage.kysely,
  )
  await sql`
    insert into shipment_items (shipment_id, order_item_id, quantity) values (${id}, ${itemId}, 3)`.execute(
    stage.kysely,
  )
  return id
}

test.each([
  ['on its way', false, 'shipped'],
  ['delivered', true, 'delivered'],
])(
  'an order whose one parcel is %s, and whose rest is refunded, does not wait for ever',
  async (_, arrived, status) => {
    const order = await chargedOrder(stage, { status: 'processing', lines: [{ quantity: 5, shipped: 3 }] })
    const shipmentId = await parcel(order.id, order.lines[0]?.id ?? '', { arrived })
    await calls.refund(order, calls.units(order, 1))
    await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
    expect((await calls.orderRow(order.id))?.status).toBe('processing')
    await calls.refund(order, calls.units(order, 1))
    await expect.poll(async () => (await calls.orderRow(order.id))?.status, slowly).toBe(status)
    const shipped = (await calls.eventsOf(order.id)).find(({ type }) => type === 'order.shipped.v1')
    expect(shipped?.data.shipment_ids).toEqual([shipmentId])
  },
)

test('where the refund of the rest fails, the order goes on to be shipped', async () => {
  const order = await chargedOrder(stage, {
    status: 'processing',
    lines: [{ quantity: 5, shipped: 3 }],
    refunds: 'fail',
  })
  await calls.refund(order, calls.units(order, 2))
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('failed')
  expect((await calls.orderRow(order.id))?.status).toBe('processing')
})
