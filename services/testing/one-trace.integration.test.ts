import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type ExportedSpan, spanKinds, traceCollector } from '../kit/testing/trace-collector.ts'
import { testAddress } from '../orders/testing/test-address.ts'
import { openShop, type Shop, type ShopSettings } from './shop.ts'
import { openWorld, sendTo } from './world.ts'

const closings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close()
})
const mails = await mkdtemp(join(tmpdir(), 'shop-test-traced-'))
afterAll(() => rm(mails, { recursive: true, force: true }))

async function opened(settings: ShopSettings = {}): Promise<Shop> {
  const shop = await openShop({ ...settings, orders: { MAIL_DIRECTORY: mails } })
  closings.push(() => shop.close())
  return shop
}

/** An order that is paid through the edge, by a request of this id. */
async function pay(shop: Shop, requestId: string): Promise<void> {
  const product_id = await (await openWorld(shop)).stocked(5)
  const as = await shop.callers.person()
  const post = (path: string, body: unknown, id: string = randomUUID()) => {
    const headers = { 'idempotency-key': randomUUID(), 'x-request-id': id }
    return sendTo(shop.edgeUrl, { method: 'POST', path, as, body, headers })
  }
  const order = await post('/api/v1/orders', { items: [{ product_id, quantity: 2 }], shipping_address: testAddress })
  const payment = { provider: 'simulated', method_token: 'tok_ok' }
  const paid = await post(`/api/v1/orders/${order.json.id}/payment`, payment, requestId)
  expect([paid.status, paid.json.status]).toEqual([200, 'paid'])
}

test('X4: with tracing on, one trace leads from the edge to the consumer that hears of the payment', {
  timeout: 90_000,
}, async () => {
  const collector = await traceCollector()
  closings.push(collector.close)
  const shop = await opened({ collector: collector.url })
  const requestId = `traced-${randomUUID()}`
  await pay(shop, requestId)

  const shown = async () => {
    const all = await collector.spans()
    const root = all.find(
      ({ service, attributes }) => service === 'edge' && attributes['shop.request_id'] === requestId,
    )
    return all.filter(({ traceId }) => traceId === root?.traceId)
  }
  const { server, client, producer, consumer, internal } = spanKinds
  const wanted = [
    { service: 'edge', name: 'POST /api/v1/orders', kind: server },
    { service: 'order-management', name: 'POST /api/v1/orders/:id/payment', kind: server },
    { service: 'order-management', name: 'insert', kind: client },
    { service: 'order-management', name: 'POST catalog', kind: client },
    { service: 'product-catalog', name: 'POST /api/v1/inventory/reserve', kind: server },
    { service: 'product-catalog', name: 'POST /api/v1/inventory/commit', kind: server },
    { service: 'order-management', name: 'POST simulated', kind: client },
    { service: 'order-management', name: 'task store_document', kind: internal },
    { service: 'order-management', name: 'publish order.paid.v1', kind: producer },
    { service: 'order-management', name: 'handle order.paid.v1', kind: consumer },
  ]
  const lacking = async () => {
    const spans = await shown()
    return wanted.filter((one) => !spans.some((span) => isLike(span, one)))
  }
  await expect.poll(lacking, { timeout: 20_000, interval: 250 }).toEqual([])

  const spans = await shown()
  const called = (name: string) => spans.filter((span) => span.name === name)
  for (const service of ['order-management', 'product-catalog']) {
    const system = { service, attributes: { 'db.system.name': 'postgresql' } }
    expect(spans).toContainEqual(
      expect.objectContaining({ ...system, attributes: expect.objectContaining(system.attributes) }),
    )
  }
  expect(called('handle order.paid.v1').map(({ attributes }) => attributes['messaging.consumer.group.name'])).toContain(
    'order-notifications',
  )
  // What a worker does, its statements too, is a part of what it was asked for.
  const [task] = called('task store_document')
  expect(spans.filter(({ parentSpanId }) => parentSpanId === task?.spanId).map(({ name }) => name)).toContain('select')

  // What is a part of something that goes on is told before it.
  const withoutParent = async () => {
    const all = await shown()
    const ids = new Set(all.map(({ spanId }) => spanId))
    return all.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId)).map(({ service }) => service)
  }
  await expect.poll(withoutParent, { timeout: 20_000, interval: 250 }).toEqual(['edge'])

  // The provider's word comes by a request of its own, and what is made of it belongs there.
  const told = async () => {
    const all = await collector.spans()
    const received = all.find(({ name, kind }) => kind === server && name === 'POST /api/v1/webhooks/simulated')
    return all.filter(({ traceId }) => traceId === received?.traceId).map(({ name }) => name)
  }
  await expect.poll(told, { timeout: 20_000, interval: 250 }).toContain('webhook simulated')
})

const isLike = (span: ExportedSpan, { service, name, kind }: Pick<ExportedSpan, 'service' | 'name' | 'kind'>) =>
  span.service === service && span.name === name && span.kind === kind

test('X4: with tracing off, the same request id is in the lines and rows of all who had a part in it', {
  timeout: 90_000,
}, async () => {
  const shop = await opened()
  const requestId = `followed-${randomUUID()}`
  await pay(shop, requestId)
  const linesOf = (lines: readonly Readonly<Record<string, unknown>>[]) =>
    lines.filter(({ request_id }) => request_id === requestId)
  const { orders, catalog } = shop.services
  const has = (facts: Readonly<Record<string, unknown>>) => expect.objectContaining(facts)

  expect(linesOf(shop.edge.lines)).toEqual([has({ upstream: 'orders', status_code: 200 })])
  await expect
    .poll(() => linesOf(orders.lines()), { timeout: 20_000 })
    .toEqual(
      expect.arrayContaining([
        has({ route: '/api/v1/orders/:id/payment', status_code: 200 }),
        has({ message: 'payment provider answered', peer: 'simulated', method: 'POST', status_code: 200 }),
        has({ message: 'event published', type: 'order.paid.v1' }),
        has({ message: 'event handled', type: 'order.paid.v1', consumer: 'order-notifications' }),
        has({ message: 'mail order_paid sent' }),
      ]),
    )
  const asked = linesOf(catalog.lines()).flatMap(({ route }) => route ?? [])
  expect(asked).toEqual(['/api/v1/products/:id', '/api/v1/inventory/reserve', '/api/v1/inventory/commit'])

  const { rows } = await sql<{ to_status: string }>`
    select to_status from order_status_history where request_id = ${requestId} order by id`.execute(shop.orders)
  expect(rows.map(({ to_status }) => to_status)).toEqual(['pending', 'paid'])
})
