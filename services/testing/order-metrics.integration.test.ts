import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { signedHeader } from '../orders/payments/signed-payload.ts'
import { anonymous, type Person } from './callers.ts'
import { type Buyer, buyerAt } from './money/buyer.ts'
import type { World } from './role-matrix.ts'
import { webhookSecrets } from './service-settings.ts'
import { openShop, type Shop } from './shop.ts'
import { openWorld, sendTo } from './world.ts'

let shop: Shop
let world: World
let orders: ServiceProcess
let customer: Person
let buyer: Buyer
let office: Buyer
beforeAll(async () => {
  shop = await openShop()
  world = await openWorld(shop)
  orders = shop.services.orders
  customer = await shop.callers.person()
  buyer = buyerAt(orders.url, customer)
  office = buyerAt(orders.url, world.admin)
})
afterAll(() => shop?.close())

/** A series as it is scraped: `orders_total{result="created"}`. */
async function seriesValue(series: string, { metricsUrl }: ServiceProcess = orders): Promise<number> {
  const text = await (await fetch(metricsUrl)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  if (line === undefined) throw new Error(`there is no ${series}`)
  return Number(line.slice(series.length))
}

/** By how much each series moves while it runs; what comes later is waited for. */
async function expectMoved(moves: Readonly<Record<string, number>>, run: () => Promise<unknown>): Promise<void> {
  const names = Object.keys(moves)
  const values = () => Promise.all(names.map((name) => seriesValue(name)))
  const before = await values()
  await run()
  const moved = async () => {
    const after = await values()
    return Object.fromEntries(names.map((name, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]))
  }
  await expect.poll(moved, { timeout: 10_000, interval: 50 }).toEqual(moves)
}

const orderSeries = (result: string) => `orders_total{result="${result}"}`
const paymentSeries = (result: string) => `payments_total{provider="simulated",result="${result}"}`
const refundSeries = (result: string) => `refunds_total{provider="simulated",result="${result}"}`
const webhookSeries = (provider: string, result: string) =>
  `webhook_events_total{provider="${provider}",result="${result}"}`
const moveSeries = (from: string, to: string) => `order_transitions_total{from="${from}",to="${to}"}`

const item = async (quantity = 1) => ({ product_id: await world.stocked(50), quantity })

test('O34: orders are counted by how the attempt to begin one ended', async () => {
  const [one, key] = [await item(), randomUUID()]
  await expectMoved({ [orderSeries('created')]: 1, [orderSeries('replayed')]: 2 }, async () => {
    for (let turn = 0; turn < 3; turn += 1) expect((await buyer.create([one], key)).status).toBe(201)
  })
  const unknown = { product_id: randomUUID(), quantity: 1 }
  await expectMoved({ [orderSeries('refused')]: 1, [orderSeries('created')]: 0 }, async () => {
    expect((await buyer.create([unknown])).status).toBe(422)
  })
  const alone = await shop.another('orders', { CATALOG_URL: 'http://127.0.0.1:9' })
  expect((await buyerAt(alone.url, customer).create([one])).status).toBe(503)
  expect(await seriesValue(orderSeries('unavailable'), alone)).toBe(1)
  await sql`alter table order_items rename to gone`.execute(shop.orders)
  const failing = buyerAt(alone.url, customer).create([])
  expect((await failing.finally(() => sql`alter table gone rename to order_items`.execute(shop.orders))).status).toBe(
    500,
  )
  expect(await seriesValue(orderSeries('failed'), alone)).toBe(1)
  // As it should be: what it does and counts beside its requests goes over to the other one at once.
  alone.signal('SIGTERM')
  expect(await alone.ended).toBe(0)
})

test('O34: payments are counted by provider and result, and a declined one is no error of ours', async () => {
  const [ok, declined, waiting, mismatched] = [
    await buyer.draft(await world.stocked(1)),
    await buyer.draft(await world.stocked(1)),
    await buyer.draft(await world.stocked(1)),
    await buyer.draft(await world.stocked(1)),
  ]
  await expectMoved({ [paymentSeries('captured')]: 1, [paymentSeries('declined')]: 0 }, () => buyer.pay(ok))
  const errors = () => orders.lines().filter(({ level }) => level === 'ERROR').length
  const before = errors()
  await expectMoved({ [paymentSeries('declined')]: 1, [paymentSeries('captured')]: 0 }, async () => {
    expect((await buyer.pay(declined, { token: 'tok_declined' })).status).toBe(402)
  })
  await expectMoved({ [paymentSeries('waiting')]: 1 }, () => buyer.pay(waiting, { token: 'tok_needs_action' }))
  await expectMoved({ [paymentSeries('cancelled')]: 1 }, () => buyer.cancel(waiting))
  expect(errors()).toBe(before)
  await expectMoved({ [paymentSeries('mismatched')]: 1 }, () => buyer.pay(mismatched, { token: 'tok_wrong_amount' }))
})

test('O34: refunds are counted once they have ended, by how', async () => {
  const good = await buyer.paid(await world.stocked(1))
  const bad = await buyer.draft(await world.stocked(1))
  await buyer.pay(bad, { token: 'tok_refund_fails' })
  const wish = { amount_cents: 1, reason: 'of the test' }
  await expectMoved({ [refundSeries('succeeded')]: 1 }, () => office.refund(good, wish))
  await expectMoved({ [refundSeries('failed')]: 1 }, () => office.refund(bad, wish))
})

test('O34: webhooks are counted by source: kept, repeated, refused, parked', async () => {
  const raw = (source: string, body: object, signature: string) =>
    sendTo(orders.url, {
      ...{ method: 'POST', path: `/api/v1/webhooks/${source}`, as: anonymous, body },
      headers: { [`${source}-signature`]: signature },
    })
  const parcel = { id: randomUUID(), carrier: 'dhl', tracking_number: 'M1', status: 'in_transit' }
  const bodies = {
    stripe: { id: randomUUID(), type: 'account.updated', created: 1, data: { object: {} } },
    shipping: { ...parcel, occurred_at: new Date().toISOString() },
  }
  for (const source of ['stripe', 'shipping'] as const) {
    const body = bodies[source]
    const secret = webhookSecrets[source]
    const signature = signedHeader({ raw: Buffer.from(JSON.stringify(body)), secret, now: new Date() })
    const moves = { [webhookSeries(source, 'kept')]: 1, [webhookSeries(source, 'repeated')]: 1 }
    await expectMoved({ ...moves, [webhookSeries(source, 'refused')]: 1 }, async () => {
      const statuses = [await raw(source, body, signature), await raw(source, body, signature)]
      expect(statuses.map(({ status }) => status)).toEqual([200, 200])
      expect((await raw(source, body, 't=1,v1=00')).status).toBe(400)
    })
  }
  await expectMoved({ webhook_events_parked: 1, [webhookSeries('shipping', 'parked')]: 1 }, () =>
    sql`update webhook_events set attempts = 8, next_run_at = now() where provider = 'shipping' and state = 'received'`.execute(
      shop.orders,
    ),
  )
})

/** What the tests before have made happen is counted by its events, a moment later. */
async function allCounted(): Promise<void> {
  const left = async () => {
    const { rows } = await sql`
      select 1 from outbox_events e
      where e.type in ('order.placed.v1', 'order.paid.v1', 'order.cancelled.v1')
        and not exists (select 1 from processed_events where consumer = 'orders-counters' and event_id = e.id)`.execute(
      shop.orders,
    )
    return rows.length
  }
  await expect.poll(left, { timeout: 10_000, interval: 50 }).toBe(0)
}

test('O34: the way from paid to shipped is counted step by step, and its time is seen', async () => {
  const id = await buyer.draft(await world.stocked(1))
  await allCounted()
  await expectMoved({ [moveSeries('draft', 'pending')]: 1, [moveSeries('pending', 'paid')]: 1 }, () => buyer.pay(id))
  await sql`update orders set paid_at = now() - interval '2 hours' where id = ${id}`.execute(shop.orders)
  const took = await seriesValue('order_fulfilment_seconds_sum')
  await expectMoved({ [moveSeries('paid', 'shipped')]: 1, order_fulfilment_seconds_count: 1 }, () =>
    office.ship(id, { carrier: 'other', tracking_number: randomUUID() }),
  )
  expect((await seriesValue('order_fulfilment_seconds_sum')) - took).toBeGreaterThan(7_199)
})

test('O34: the oldest age of each status that waits is told in seconds, and is 0 where nothing waits', async () => {
  const ageSeries = (status: string) => `orders_oldest_age_seconds{status="${status}"}`
  const id = await buyer.paid(await world.stocked(1))
  await sql`update orders set paid_at = now() - interval '3 days' where id = ${id}`.execute(shop.orders)
  const age = await seriesValue(ageSeries('paid'))
  expect([age >= 259_200, age < 259_260]).toEqual([true, true])
  expect(await seriesValue(ageSeries('processing'))).toBe(0)
})

test('O34: work that nobody can do is counted by its kind', async () => {
  const id = await buyer.paid(await world.stocked(1))
  const { items } = z
    .object({ items: z.tuple([z.object({ product_id: z.uuid() })]) })
    .parse((await buyer.read(id)).json)
  const lines = [{ product_id: items[0].product_id, quantity: 2 }]
  const data = JSON.stringify({ reference: `order:${id}:hold:1`, key: 'too-many', lines })
  await expectMoved({ 'order_tasks_parked_total{kind="return_units"}': 1 }, () =>
    sql`insert into order_tasks (kind, key, order_id, data, request_id)
      values ('return_units', ${randomUUID()}, ${id}, ${data}::jsonb, 'r')`.execute(shop.orders),
  )
})
