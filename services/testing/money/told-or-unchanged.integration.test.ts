import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EventType, eventTypesOf } from '../../kit/event-schemas/event-catalogue.ts'
import { type OrdersApp, type OrdersFixture, ordersFixture } from '../../orders/testing/orders-fixture.ts'
import { moneyOf } from './money-rows.ts'
import { refusalMoments, refusedEvents } from './refused-events.ts'
import { type StateChange, stateChanges } from './state-changes.ts'

let fixture: OrdersFixture
let app: OrdersApp
let changes: Partial<Record<EventType, StateChange>>
let refusals: Awaited<ReturnType<typeof refusedEvents>>
beforeAll(async () => {
  fixture = await ordersFixture()
  app = await fixture.openApp()
  refusals = await refusedEvents(fixture.database.kysely)
  const [customer, admin] = [await fixture.signIn(), await fixture.signIn('admin')]
  changes = stateChanges({ fixture, app, customer, admin })
})
afterAll(async () => {
  await app?.close()
  await fixture?.close()
})

/** All that a change may write. */
async function writtenOf(id: string) {
  const { rows } = await sql`
    select version, on_hold_reason, hold_number,
      (select jsonb_agg(jsonb_build_array(i.id, quantity, shipped_quantity, refunded_quantity, returned_quantity)
        order by i.id) from order_items i where i.order_id = o.id) as items,
      (select count(*) from invoices i where i.order_id = o.id) as documents,
      (select count(*) from audit_logs a where a.order_id = o.id) as audits,
      (select count(*) from order_tasks t where t.order_id = o.id) as tasks
    from orders o where id = ${id}`.execute(fixture.database.kysely)
  return { ...(await moneyOf(fixture.database.kysely, id)), ...Object(rows[0]) }
}

const refusedChanges = eventTypesOf('orders').flatMap((type) => refusalMoments.map((moment) => ({ type, moment })))

test.each(refusedChanges)(
  'E5: where $type is refused at its $moment its change has not happened, and then both have',
  async ({ type, moment }) => {
    const change = changes[type]
    if (change === undefined) throw new Error(`nobody says how ${type} comes about`)
    const orderId = await change.prepare()
    const prepared = await writtenOf(orderId)
    await refusals.refuse({ type, orderId, moment })

    expect([500, 'by a worker']).toContain(await change.attempt(orderId))
    const refused = await writtenOf(orderId)
    expect(refused).toMatchObject(change.before)
    expect(refused.events).not.toContain(type)
    if (change.transactions === 'one') expect(refused).toEqual(prepared)
    expect([500, 'by a worker']).toContain(await change.attempt(orderId))
    expect(await writtenOf(orderId)).toEqual(refused)

    await refusals.allow({ orderId })
    expect([200, 201, 202, 'by a worker']).toContain(await change.attempt(orderId))
    const told = await writtenOf(orderId)
    expect(told).toMatchObject(change.after)
    expect(told.events.filter((one: string) => one === type)).toEqual([type])
  },
  300_000,
)
