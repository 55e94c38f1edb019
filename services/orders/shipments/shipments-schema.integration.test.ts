import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type GivenOrder, paidOrder } from '../testing/paid-order.ts'
import { type ShippingStage, shippingStage } from './testing/shipping-stage.ts'

let stage: ShippingStage
let order: GivenOrder

beforeAll(async () => {
  stage = await shippingStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  order = await paidOrder(stage.database, { status: 'shipped', lines: [{ quantity: 5, shipped: 3, refunded: 2 }] })
})

const check = '23514'
const unique = '23505'
const foreign = '23503'

const sqlstateOf = (violation: Promise<unknown>): Promise<string | undefined> =>
  violation.then(
    () => 'accepted',
    (error: unknown) => (error instanceof pg.DatabaseError ? error.code : String(error)),
  )

type Row = {
  id: string
  order_id: string
  carrier: string
  tracking_number: string
  status: string
  delivered: boolean
}

function shipment(facts: Partial<Row> = {}) {
  const id = randomUUID()
  const row = { id, order_id: order.id, carrier: 'dhl', tracking_number: id, status: 'created', ...facts }
  const deliveredAt = facts.delivered === true ? new Date() : null
  return sql`
    insert into shipments (id, order_id, carrier, tracking_number, status, delivered_at)
    values (${row.id}, ${row.order_id}, ${row.carrier}, ${row.tracking_number}, ${row.status}, ${deliveredAt})`.execute(
    stage.database,
  )
}

type Packing = { readonly shipmentId?: string | undefined; readonly itemId?: string }

const packed = (quantity: number, { shipmentId = order.shipment?.id, itemId = randomUUID() }: Packing = {}) =>
  sql`insert into shipment_items (shipment_id, order_item_id, quantity)
    values (${shipmentId}, ${itemId}, ${quantity})`.execute(stage.database)

const counted = (column: string, units: number) =>
  sql`update order_items set ${sql.ref(column)} = ${units} where order_id = ${order.id}`.execute(stage.database)

const told = (facts: { provider?: string; event_id?: string; state?: string }) => {
  const row = { provider: 'shipping', event_id: randomUUID(), state: 'received', ...facts }
  return sql`insert into webhook_events (provider, event_id, facts, state, request_id)
    values (${row.provider}, ${row.event_id}, '{}', ${row.state}, 'r')`.execute(stage.database)
}

test.each<[string, string, () => Promise<unknown>]>([
  ['a tracking number of the same carrier twice', unique, () => shipment(taken())],
  ['a shipment of no order', foreign, () => shipment({ order_id: randomUUID() })],
  ['a carrier in capitals', check, () => shipment({ carrier: 'DHL' })],
  ['a carrier without a name', check, () => shipment({ carrier: '' })],
  ['a tracking number with a space', check, () => shipment({ tracking_number: 'a b' })],
  ['a tracking number of 101 characters', check, () => shipment({ tracking_number: 'x'.repeat(101) })],
  ['an unknown status of a shipment', check, () => shipment({ status: 'lost' })],
  ['delivered without a time', check, () => shipment({ status: 'delivered' })],
  ['a time of delivery before it is delivered', check, () => shipment({ status: 'in_transit', delivered: true })],
  ['a shipment of 0 units', check, () => packed(0)],
  ['units of no line', foreign, () => packed(1)],
  ['units of no shipment', foreign, () => packed(1, { shipmentId: randomUUID(), itemId: order.lines[0]?.id ?? '' })],
  ['a line twice in a shipment', unique, () => packed(1, { itemId: order.lines[0]?.id ?? '' })],
  ['a unit shipped beyond shipped and refunded', check, () => counted('shipped_quantity', 4)],
  ['a unit refunded beyond shipped and refunded', check, () => counted('refunded_quantity', 3)],
  ['shipped units below 0', check, () => counted('shipped_quantity', -1)],
  ['more units returned than shipped', check, () => counted('returned_quantity', 4)],
  ['a webhook of an unknown source', check, () => told({ provider: 'pigeon' })],
  ['a webhook without an id', check, () => told({ event_id: '' })],
  ['a webhook that has ended without a time', check, () => told({ state: 'applied' })],
])('O36: %s is refused with %s', async (_, sqlstate, violate) => {
  expect(await sqlstateOf(violate())).toBe(sqlstate)
})

const taken = () => ({ carrier: order.shipment?.carrier ?? '', tracking_number: order.shipment?.trackingNumber ?? '' })

test('O36: the same number of another carrier, and the same event of another source, are another one', async () => {
  expect(await sqlstateOf(shipment({ ...taken(), carrier: 'ups' }))).toBe('accepted')
  const event_id = randomUUID()
  expect(await sqlstateOf(told({ event_id }))).toBe('accepted')
  expect(await sqlstateOf(told({ event_id }))).toBe(unique)
  expect(await sqlstateOf(told({ event_id, provider: 'stripe' }))).toBe('accepted')
})

test.each(["update audit_logs set actor = 'x'", 'delete from audit_logs', 'truncate audit_logs'])(
  'O36: the audit takes new rows only: %s is refused',
  async (statement) => {
    expect(await sqlstateOf(sql.raw(statement).execute(stage.database))).toBe('P0001')
  },
)
