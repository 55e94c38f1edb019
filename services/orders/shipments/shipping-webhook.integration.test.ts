import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type GivenOrder, paidOrder } from '../testing/paid-order.ts'
import { type ShippingStage, secondSecret, secondsFromStageTime, shippingStage } from './testing/shipping-stage.ts'

let stage: ShippingStage
let order: GivenOrder
let parcel: { carrier: string; tracking_number: string }

beforeAll(async () => {
  stage = await shippingStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  order = await paidOrder(stage.database, { status: 'shipped' })
  parcel = { carrier: order.shipment?.carrier ?? '', tracking_number: order.shipment?.trackingNumber ?? '' }
})

async function kept(id: string) {
  const { rows } = await sql<{ state: string; facts: unknown; last_error: string | null }>`
    select state, facts, last_error from webhook_events
    where provider = 'shipping' and event_id like ${`%:${id}`}`.execute(stage.database)
  return rows
}

async function keptCount(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from webhook_events`.execute(stage.database)
  return rows[0]?.count ?? -1
}

test('O28: ten copies of one delivery are one step', async () => {
  const id = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      stage.tell({ ...parcel, id, status: 'delivered', occurred_at: '2026-11-22T13:37:00Z' }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(await answers[0]?.json()).toEqual({ received: true })
  await Promise.all([stage.settle(), stage.settle(), stage.settle()])
  const facts = await stage.facts(order.id)
  expect(facts).toMatchObject({
    status: 'delivered',
    version: 2,
    shipments: [{ status: 'delivered', delivered: true }],
  })
  expect(facts.changes).toMatchObject([{ from: 'shipped', to: 'delivered', actor: 'system' }])
  expect(facts.events.map(({ type }) => type)).toEqual(['order.delivered.v1'])
  expect(await kept(id)).toMatchObject([{ state: 'applied' }])
})

test('O28: what comes late leads nowhere: in transit after delivered is ignored, also of ten at once', async () => {
  await stage.tell({ ...parcel, status: 'delivered' })
  await stage.settle()
  const before = await stage.facts(order.id)
  const words = ['in_transit', 'out_for_delivery', 'delivered', 'in_transit', 'out_for_delivery']
  await Promise.all([...words, ...words].map((status) => stage.tell({ ...parcel, status })))
  await Promise.all([stage.settle(), stage.settle()])
  expect(await stage.facts(order.id)).toEqual(before)
})

test('O28: the steps of a parcel that come in any order end at the furthest', async () => {
  const words = ['out_for_delivery', 'in_transit']
  for (const status of words) await stage.tell({ ...parcel, status })
  await stage.settle()
  const facts = await stage.facts(order.id)
  expect(facts).toMatchObject({ status: 'shipped', version: 2, shipments: [{ status: 'out_for_delivery' }] })
  expect(facts.changes).toEqual([])
})

test('O28: an order is delivered with the last of its shipments, and not before all of it is shipped', async () => {
  const { id, lines } = await paidOrder(stage.database, { lines: [{ quantity: 3 }] })
  const numbers = ['one', 'two', 'three'].map((name) => `${name}-${id}`)
  const send = (tracking_number: string | undefined) =>
    stage.ship(id, { carrier: 'dhl', tracking_number, lines: [{ order_item_id: lines[0]?.id, quantity: 1 }] })
  const arrive = async (tracking_number = '') => {
    await stage.tell({ tracking_number, status: 'delivered' })
    await stage.settle()
    return (await stage.facts(id)).status
  }
  await send(numbers[0])
  expect(await arrive(numbers[0])).toBe('processing')
  await send(numbers[1])
  await send(numbers[2])
  expect(await arrive(numbers[2])).toBe('shipped')
  expect(await arrive(numbers[1])).toBe('delivered')
  expect((await stage.facts(id)).changes.map(({ to }) => to)).toEqual(['processing', 'shipped', 'delivered'])
})

test('O28: two last shipments that arrive at the same moment deliver the order once, twenty times over', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id, lines } = await paidOrder(stage.database, { lines: [{ quantity: 2 }] })
    const numbers = ['one', 'two'].map((name) => `${name}-${id}`)
    for (const tracking_number of numbers) {
      await stage.ship(id, { carrier: 'dhl', tracking_number, lines: [{ order_item_id: lines[0]?.id, quantity: 1 }] })
    }
    await Promise.all(numbers.map((tracking_number) => stage.tell({ tracking_number, status: 'delivered' })))
    await Promise.all([stage.settle(), stage.settle()])
    const { status, changes } = await stage.facts(id)
    expect([status, changes.filter(({ to }) => to === 'delivered').length]).toEqual(['delivered', 1])
  }
})

test.each([
  ['has no signature', { header: null }],
  ['has an empty signature', { header: '' }],
  ['has a signature of another form', { header: 'v1=00' }],
  ['is signed with a secret of nobody', { secret: 'a secret that nobody has given to the shop' }],
  ['was signed 301 seconds ago', { signedAt: secondsFromStageTime(-301) }],
  ['is signed for 301 seconds from now', { signedAt: secondsFromStageTime(301) }],
  ['was changed on its way', { body: '{"id":"1"}' }],
])('O28: what %s is refused with 400 and not kept', async (_, delivery) => {
  const before = await keptCount()
  const response = await stage.tell({ ...parcel, status: 'delivered' }, delivery)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'webhook/signature' })
  expect(await keptCount()).toBe(before)
  expect(await stage.facts(order.id)).toMatchObject({ status: 'shipped', version: 1 })
})

test('a refusal leaves one line, without a word of the body', async () => {
  const canary = 'T-canary-of-a-parcel'
  const before = stage.lines().length
  await stage.tell({ tracking_number: canary, status: 'delivered' }, { header: null })
  const lines = stage.lines().slice(before)
  expect(lines.filter(({ message }) => message === 'a webhook was refused')).toMatchObject([
    { provider: 'shipping', reason: 'no_signature' },
  ])
  expect(JSON.stringify(lines)).not.toContain(canary)
})

test('during a rotation either secret counts', async () => {
  expect((await stage.tell({ ...parcel, status: 'in_transit' }, { secret: secondSecret })).status).toBe(200)
  expect((await stage.tell({ ...parcel, status: 'in_transit' })).status).toBe(200)
})

test('a signature holds for 300 seconds', async () => {
  const signedAt = secondsFromStageTime(-300)
  expect((await stage.tell({ ...parcel, status: 'in_transit' }, { signedAt })).status).toBe(200)
})

test.each([
  ['no tracking number', { tracking_number: '' }],
  ['a carrier in capitals', { carrier: 'DHL' }],
  ['a time that is none', { occurred_at: 'yesterday' }],
  ['an id of 201 characters', { id: 'x'.repeat(201) }],
])('a signed body with %s is refused, so that it is seen', async (_, wrong) => {
  const before = await keptCount()
  expect((await stage.tell({ ...parcel, status: 'delivered', ...wrong })).status).toBe(400)
  expect(await keptCount()).toBe(before)
})

test('a word that the shop does not know is kept and ignored', async () => {
  const id = randomUUID()
  expect((await stage.tell({ ...parcel, id, status: 'held_by_customs' })).status).toBe(200)
  await stage.settle()
  expect(await kept(id)).toMatchObject([{ state: 'ignored' }])
})

test('only the facts are kept, and two carriers may count their events alike', async () => {
  const id = randomUUID()
  const told = { id, status: 'in_transit', occurred_at: '2026-11-22T13:37:00+01:00' }
  const named = { ...parcel, ...told, recipient: 'Ada Lovelace' }
  await stage.tell(named)
  await stage.tell({ ...named, carrier: 'ups' })
  const rows = await kept(id)
  expect(rows).toHaveLength(2)
  const { tracking_number: trackingNumber } = parcel
  const occurredAt = '2026-11-22T12:37:00.000Z'
  expect(rows[0]?.facts).toEqual({ carrier: 'dhl', trackingNumber, status: 'in_transit', occurredAt })
})

test('what is told before the shipment is written is kept, and applied once it is there', async () => {
  const id = randomUUID()
  const { id: orderId } = await paidOrder(stage.database)
  const tracking_number = `early-${orderId}`
  expect((await stage.tell({ id, tracking_number, status: 'delivered' })).status).toBe(200)
  await stage.settle()
  expect(await kept(id)).toMatchObject([{ state: 'received', last_error: 'no such tracking number' }])
  await stage.ship(orderId, { carrier: 'dhl', tracking_number })
  await sql`update webhook_events set next_run_at = now() where state = 'received'`.execute(stage.database)
  await stage.settle()
  expect(await kept(id)).toMatchObject([{ state: 'applied' }])
  expect((await stage.facts(orderId)).status).toBe('delivered')
})

test.each([
  ['before it was sent', '2001-01-01T00:00:00Z'],
  ['in the future', '2999-01-01T00:00:00Z'],
])('a parcel that arrived %s by its carrier’s clock arrived between then and now', async (_, occurred_at) => {
  await stage.tell({ ...parcel, status: 'delivered', occurred_at })
  await stage.settle()
  const { rows } = await sql<{ possible: boolean }>`
    select delivered_at between shipped_at and now() as possible from shipments where order_id = ${order.id}`.execute(
    stage.database,
  )
  expect(rows).toEqual([{ possible: true }])
})

test('an order on hold is delivered only when it is released, though its parcel has arrived', async () => {
  await stage.setStatus(order.id, { status: 'on_hold', reason: 'disputed' })
  await stage.tell({ ...parcel, status: 'delivered' })
  await stage.settle()
  expect(await stage.facts(order.id)).toMatchObject({ status: 'shipped', shipments: [{ status: 'delivered' }] })
  await stage.setStatus(order.id, { status: 'released', reason: 'settled' })
  const facts = await stage.facts(order.id)
  expect(facts.status).toBe('delivered')
  expect(facts.changes).toMatchObject([{ to: 'delivered', actor: 'system' }])
})

test('a body of 512 KB is taken and a larger one is not', async () => {
  const padded = (bytes: number) => ({ ...parcel, status: 'in_transit', note: 'x'.repeat(bytes) })
  expect((await stage.tell(padded(500_000))).status).toBe(200)
  expect((await stage.tell(padded(530_000))).status).toBe(413)
})
