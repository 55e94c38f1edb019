import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { shipmentSchema } from '../order-contract.ts'
import { paidOrder } from '../testing/paid-order.ts'
import type { Carriers } from './carriers/carrier.ts'
import { openCarriers } from './carriers/open-carriers.ts'
import { type ShippingStage, shippingStage } from './testing/shipping-stage.ts'

let stage: ShippingStage
/** Of the carrier `flaky`: what it was asked, and how often it fails first. */
const flaky: { readonly asked: string[]; failures: number } = { asked: [], failures: 0 }

beforeAll(async () => {
  const carriers: Carriers = new Map([
    ...openCarriers(['simulated']),
    [
      'flaky',
      {
        name: 'flaky',
        async book({ id }) {
          flaky.asked.push(id)
          flaky.failures -= 1
          if (flaky.failures >= 0) throw new Error('no answer')
          return `F-${id}`
        },
      },
    ],
  ])
  stage = await shippingStage({ carriers })
})
afterAll(() => stage.close())

const number = () => randomUUID()
const byHand = () => ({ carrier: 'dhl', tracking_number: number() })
const problemSchema = z.looseObject({ code: z.string() })
const problemOf = async (response: Response) => problemSchema.parse(await response.json())

test('O27: of ten parallel shipments of 2 of 5 units two are taken, and one of the last unit makes the order shipped', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await paidOrder(stage.database)
    const order_item_id = order.lines[0]?.id
    const two = () => ({ ...byHand(), lines: [{ order_item_id, quantity: 2 }] })
    const answers = await Promise.all(Array.from({ length: 10 }, () => stage.ship(order.id, two())))
    const taken = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status === 409)
    expect([taken.length, refused.length]).toEqual([2, 8])
    for (const response of refused) {
      const left = [{ order_item_id, quantity: 1 }]
      expect(await problemOf(response)).toMatchObject({ code: 'shipment/exceeds-units', left })
    }
    expect(await stage.facts(order.id)).toMatchObject({ status: 'processing', shipped: [4] })

    const last = await stage.ship(order.id, { ...byHand(), lines: [{ order_item_id, quantity: 1 }] })
    expect(last.status).toBe(201)
    const facts = await stage.facts(order.id)
    expect(facts).toMatchObject({ status: 'shipped', version: 4, shipped: [5] })
    expect(facts.changes.map(({ to }) => to)).toEqual(['processing', 'shipped'])
    expect(facts.shipments).toHaveLength(3)
  }
})

test('O27: what was refunded before it was shipped is not shipped: the rest completes the order', async () => {
  const order = await paidOrder(stage.database, {
    lines: [
      { quantity: 5, refunded: 3 },
      { quantity: 2, refunded: 2 },
    ],
  })
  const [first, second] = order.lines
  const over = await stage.ship(order.id, { ...byHand(), lines: [{ order_item_id: first?.id, quantity: 3 }] })
  expect(over.status).toBe(409)
  const left = [
    { order_item_id: first?.id, quantity: 2 },
    { order_item_id: second?.id, quantity: 0 },
  ]
  expect(await problemOf(over)).toMatchObject({ code: 'shipment/exceeds-units', left })
  const response = await stage.ship(order.id, byHand())
  expect(shipmentSchema.parse(await response.json()).lines).toEqual([{ order_item_id: first?.id, quantity: 2 }])
  expect(await stage.facts(order.id)).toMatchObject({ status: 'shipped', shipped: [2, 0] })
})

test('O33: a shipment leaves its audit line, its change of status and its event in one transaction', async () => {
  const order = await paidOrder(stage.database, { lines: [{ quantity: 2 }, { quantity: 1 }] })
  const [first, second] = order.lines
  const lines = [
    { order_item_id: first?.id, quantity: 1 },
    { order_item_id: first?.id, quantity: 1 },
  ]
  const some = await stage.ship(order.id, { carrier: 'dhl', tracking_number: 'A-1', lines })
  const shipment = shipmentSchema.parse(await some.json())
  expect(shipment).toMatchObject({
    carrier: 'dhl',
    tracking_number: 'A-1',
    tracking_url: 'https://www.dhl.com/global-en/home/tracking.html?tracking-id=A-1',
    status: 'created',
    lines: [{ order_item_id: first?.id, quantity: 2 }],
    delivered_at: null,
  })
  expect([some.headers.get('etag'), some.headers.get('location')]).toEqual(['"2"', `/api/v1/orders/${order.id}`])

  const rest = shipmentSchema.parse(await (await stage.ship(order.id, byHand())).json())
  const facts = await stage.facts(order.id)
  const actor = `admin:${stage.adminId}`
  const shipped = { actor, action: 'shipment_created', request: 'r-ship' }
  expect(facts.audit).toEqual([
    {
      ...shipped,
      before: { status: 'paid' },
      after: {
        status: 'processing',
        shipment_id: shipment.id,
        carrier: 'dhl',
        lines: [{ order_item_id: first?.id, quantity: 2 }],
      },
    },
    {
      ...shipped,
      before: { status: 'processing' },
      after: {
        status: 'shipped',
        shipment_id: rest.id,
        carrier: 'dhl',
        lines: [{ order_item_id: second?.id, quantity: 1 }],
      },
    },
  ])
  expect(facts.changes).toEqual([
    { from: 'paid', to: 'processing', actor: 'admin', reason: 'some units shipped', request: 'r-ship' },
    { from: 'processing', to: 'shipped', actor: 'admin', reason: 'all units shipped', request: 'r-ship' },
  ])
  expect(facts.events.map(({ type }) => type)).toEqual(['order.processing.v1', 'order.shipped.v1'])
  const named = z.array(z.string()).parse(facts.events[1]?.data.shipment_ids)
  expect(named.toSorted()).toEqual([shipment.id, rest.id].toSorted())
})

test('a further part of an order that is processing changes its tag and not its status', async () => {
  const order = await paidOrder(stage.database)
  const one = () => ({ ...byHand(), lines: [{ order_item_id: order.lines[0]?.id, quantity: 1 }] })
  await stage.ship(order.id, one())
  const second = await stage.ship(order.id, one())
  expect(second.headers.get('etag')).toBe('"3"')
  const facts = await stage.facts(order.id)
  expect(facts).toMatchObject({ status: 'processing', version: 3 })
  expect([facts.changes.length, facts.events.length, facts.audit.length]).toEqual([1, 1, 2])
})

test('the same key again is the same shipment, and with another body it is refused', async () => {
  const order = await paidOrder(stage.database)
  const [key, body] = [randomUUID(), byHand()]
  const first = await stage.ship(order.id, body, key)
  const again = await stage.ship(order.id, body, key)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'))
  expect(await again.json()).toEqual(await first.json())
  expect((await stage.ship(order.id, byHand(), key)).status).toBe(422)
  expect((await stage.facts(order.id)).shipments).toHaveLength(1)
})

test('a tracking number is used once a carrier, also by two at the same moment', async () => {
  const orders = await Promise.all([paidOrder(stage.database), paidOrder(stage.database)])
  const body = byHand()
  const answers = await Promise.all(orders.map(({ id }) => stage.ship(id, body)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused && (await problemOf(refused)).code).toBe('shipment/tracking-used')
  const third = await paidOrder(stage.database)
  expect((await stage.ship(third.id, { ...body, carrier: 'ups' })).status).toBe(201)
  const facts = await Promise.all(orders.map(({ id }) => stage.facts(id)))
  expect(facts.map(({ status }) => status).toSorted()).toEqual(['paid', 'shipped'])
})

test.each(['draft', 'pending', 'shipped', 'delivered', 'cancelled', 'expired'] as const)(
  'an order that is %s ships nothing and tells what it allows',
  async (status) => {
    const order = await paidOrder(stage.database, { status })
    const problem = await problemOf(await stage.ship(order.id, byHand()))
    expect(problem).toMatchObject({ code: 'order/invalid-transition', from: status, action: 'ship_rest' })
    expect((await stage.facts(order.id)).audit).toEqual([])
  },
)

test('an order on hold ships nothing', async () => {
  const order = await paidOrder(stage.database, { onHoldReason: 'the address does not exist' })
  const response = await stage.ship(order.id, byHand())
  expect(response.status).toBe(409)
  expect(await problemOf(response)).toMatchObject({ code: 'order/on-hold', reason: 'the address does not exist' })
})

test.each([
  ['no carrier', {}, '/carrier'],
  ['a carrier in capitals', { carrier: 'DHL', tracking_number: 'x' }, '/carrier'],
  ['a number with a space', { carrier: 'dhl', tracking_number: 'a b' }, '/tracking_number'],
  ['no number of a carrier that the shop is not connected to', { carrier: 'dhl' }, '/tracking_number'],
  ['a line of no item', { carrier: 'dhl', tracking_number: 'x', lines: [{ quantity: 1 }] }, '/lines/0/order_item_id'],
  [
    'a line of a foreign item',
    { carrier: 'dhl', tracking_number: 'x', lines: [{ order_item_id: randomUUID(), quantity: 1 }] },
    '/lines/0/order_item_id',
  ],
  ['no lines at all', { carrier: 'dhl', tracking_number: 'x', lines: [] }, '/lines'],
  ['a field of no meaning', { carrier: 'dhl', tracking_number: 'x', status: 'delivered' }, '/status'],
])('%s is not valid', async (_, body, pointer) => {
  const order = await paidOrder(stage.database)
  const response = await stage.ship(order.id, body)
  expect(response.status).toBe(422)
  expect(await problemOf(response)).toMatchObject({ errors: [{ pointer }] })
})

test('an order that is not there is not found, and a customer ships nothing', async () => {
  expect((await stage.ship(randomUUID(), byHand())).status).toBe(404)
  expect((await stage.ship(randomUUID(), { carrier: 'simulated' })).status).toBe(404)
  const { id } = await paidOrder(stage.database)
  const headers = { authorization: 'Bearer somebody', 'content-type': 'application/json', 'idempotency-key': 'k' }
  const init = { method: 'POST', headers, body: JSON.stringify(byHand()) }
  expect((await stage.request(`/api/v1/orders/${id}/shipments`, init)).status).toBe(403)
})

test('a carrier that the shop is connected to gives the number, and is not asked for what cannot be shipped', async () => {
  const order = await paidOrder(stage.database)
  const shipment = shipmentSchema.parse(await (await stage.ship(order.id, { carrier: 'simulated' })).json())
  expect(shipment.tracking_number).toBe(`SIM-${shipment.id.replaceAll('-', '').toUpperCase()}`)
  expect(shipment.tracking_url).toBeNull()
  const { id } = await paidOrder(stage.database, { status: 'cancelled' })
  expect((await stage.ship(id, { carrier: 'flaky' })).status).toBe(409)
  expect(flaky.asked).toEqual([])
})

test('where the carrier gives no answer nothing is shipped, and the repeat is the same booking', async () => {
  const order = await paidOrder(stage.database)
  const key = randomUUID()
  flaky.failures = 1
  const failed = await stage.ship(order.id, { carrier: 'flaky' }, key)
  expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await problemOf(failed)).toMatchObject({ code: 'shipment/carrier-unavailable' })
  expect(await stage.facts(order.id)).toMatchObject({ status: 'paid', shipments: [], version: 1 })
  const repeated = await stage.ship(order.id, { carrier: 'flaky' }, key)
  expect(repeated.status).toBe(201)
  expect(new Set(flaky.asked).size).toBe(1)
  expect(flaky.asked).toHaveLength(2)
})

test('the hundredth shipment has to take all that is left, for the event of a shipped order names them all', async () => {
  const order = await paidOrder(stage.database, { lines: [{ quantity: 102 }] })
  const one = () => ({ ...byHand(), lines: [{ order_item_id: order.lines[0]?.id, quantity: 1 }] })
  for (let count = 0; count < 99; count += 1) expect((await stage.ship(order.id, one())).status).toBe(201)
  expect((await problemOf(await stage.ship(order.id, one()))).code).toBe('shipment/too-many')
  expect((await stage.ship(order.id, byHand())).status).toBe(201)
  expect(await stage.facts(order.id)).toMatchObject({ status: 'shipped', shipped: [102] })
})
