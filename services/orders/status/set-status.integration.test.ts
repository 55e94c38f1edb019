import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { orderSchema } from '../order-contract.ts'
import { type ShippingStage, shippingStage } from '../shipments/testing/shipping-stage.ts'
import { paidOrder } from '../testing/paid-order.ts'

let stage: ShippingStage

beforeAll(async () => {
  stage = await shippingStage()
})
afterAll(() => stage.close())

const reason = 'the address does not exist'
const codeOf = async (response: Response) => z.looseObject({ code: z.string() }).parse(await response.json()).code

test('O33: a status that an admin sets leaves its audit line, its change and its event', async () => {
  const order = await paidOrder(stage.database)
  const response = await stage.setStatus(order.id, { status: 'processing' }, '"1"')
  expect([response.status, response.headers.get('etag')]).toEqual([200, '"2"'])
  expect(orderSchema.parse(await response.json())).toMatchObject({ status: 'processing', version: 2 })
  const facts = await stage.facts(order.id)
  expect(facts.audit).toEqual([
    {
      actor: `admin:${stage.adminId}`,
      action: 'status_set',
      before: { status: 'paid' },
      after: { status: 'processing' },
      request: 'r-status',
    },
  ])
  expect(facts.changes).toMatchObject([{ from: 'paid', to: 'processing', actor: 'admin', request: 'r-status' }])
  expect(facts.events.map(({ type }) => type)).toEqual(['order.processing.v1'])
})

test('O33: on hold is set and cleared by an admin with a reason, and each leaves its audit line', async () => {
  const order = await paidOrder(stage.database)
  const held = await stage.setStatus(order.id, { status: 'on_hold', reason })
  expect(orderSchema.parse(await held.json())).toMatchObject({ status: 'paid', on_hold: reason, version: 2 })
  expect(await codeOf(await stage.setStatus(order.id, { status: 'processing' }))).toBe('order/on-hold')

  const cleared = { status: 'released', reason: 'the customer called' }
  const released = await stage.setStatus(order.id, cleared, '"2"')
  expect(orderSchema.parse(await released.json())).toMatchObject({ status: 'paid', on_hold: null, version: 3 })
  expect((await stage.setStatus(order.id, { status: 'processing' })).status).toBe(200)

  const facts = await stage.facts(order.id)
  const by = { actor: `admin:${stage.adminId}`, request: 'r-status' }
  expect(facts.audit.slice(0, 2)).toEqual([
    { ...by, action: 'on_hold_set', before: { on_hold: null }, after: { on_hold: reason } },
    {
      ...by,
      action: 'on_hold_cleared',
      before: { on_hold: reason },
      after: { on_hold: null, reason: 'the customer called' },
    },
  ])
  expect(facts.changes.map(({ to }) => to)).toEqual(['processing'])
})

test('what is not on hold is released without a trace', async () => {
  const order = await paidOrder(stage.database)
  expect((await stage.setStatus(order.id, { status: 'released', reason })).status).toBe(200)
  expect(await stage.facts(order.id)).toMatchObject({ version: 1, audit: [] })
})

test('delivered is said of all shipments of the order', async () => {
  const order = await paidOrder(stage.database, { status: 'shipped' })
  const response = await stage.setStatus(order.id, { status: 'delivered' })
  const { status, shipments } = orderSchema.parse(await response.json())
  expect([status, shipments.map((shipment) => [shipment.status, shipment.delivered_at !== null])]).toEqual([
    'delivered',
    [['delivered', true]],
  ])
  const facts = await stage.facts(order.id)
  expect(facts.events.map(({ type }) => type)).toEqual(['order.delivered.v1'])
  expect(facts.audit).toMatchObject([{ action: 'status_set', before: { status: 'shipped' } }])
})

test.each([
  ['processing', 'processing'],
  ['delivered', 'delivered'],
] as const)('an order that is %s already stays as it is', async (from, status) => {
  const order = await paidOrder(stage.database, { status: from })
  expect((await stage.setStatus(order.id, { status })).status).toBe(200)
  expect(await stage.facts(order.id)).toMatchObject({ version: 1, changes: [], audit: [], events: [] })
})

test('without If-Match it is 428, with a stale one 412, and neither changes anything', async () => {
  const order = await paidOrder(stage.database)
  expect((await stage.setStatus(order.id, { status: 'processing' }, null)).status).toBe(428)
  expect((await stage.setStatus(order.id, { status: 'processing' }, '"7"')).status).toBe(412)
  expect(await stage.facts(order.id)).toMatchObject({ status: 'paid', version: 1, audit: [] })
})

test('of ten who read the same version one sets the status and nine are told that it is stale', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await paidOrder(stage.database)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stage.setStatus(order.id, { status: 'processing' }, '"1"')),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(412)])
    expect((await stage.facts(order.id)).changes).toHaveLength(1)
  }
})

test('a step that the table does not know is refused with what it allows', async () => {
  const order = await paidOrder(stage.database)
  const response = await stage.setStatus(order.id, { status: 'delivered' })
  expect(response.status).toBe(409)
  expect(await response.json()).toMatchObject({
    code: 'order/invalid-transition',
    from: 'paid',
    action: 'deliver',
    allowed_transitions: ['cancel_by_owner', 'cancel_by_admin', 'process', 'ship_some', 'ship_rest', 'refund'],
  })
})

test.each([
  ['a status that nobody sets', { status: 'shipped' }, '/status'],
  ['no status', {}, '/status'],
  ['on hold without a reason', { status: 'on_hold' }, '/reason'],
  ['a reason that cannot be seen', { status: 'on_hold', reason: ' \u200b ' }, '/reason'],
  ['a reason of 201 characters', { status: 'on_hold', reason: 'x'.repeat(201) }, '/reason'],
  ['a step with a reason', { status: 'processing', reason }, '/reason'],
])('%s is not valid', async (_, body, pointer) => {
  const order = await paidOrder(stage.database)
  const response = await stage.setStatus(order.id, body)
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({ errors: [{ pointer }] })
})

test('an order that is not there is not found, and a customer sets nothing', async () => {
  expect((await stage.setStatus(randomUUID(), { status: 'processing' })).status).toBe(404)
  const { id } = await paidOrder(stage.database)
  const headers = { authorization: 'Bearer somebody', 'content-type': 'application/json', 'if-match': '*' }
  const init = { method: 'PUT', headers, body: JSON.stringify({ status: 'processing' }) }
  expect((await stage.request(`/api/v1/orders/${id}/status`, init)).status).toBe(403)
})
