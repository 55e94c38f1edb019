import { randomUUID } from 'node:crypto'
import { type CompiledQuery, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { recordedStatements, scannedTables } from '../kit/testing/recorded-statements.ts'
import { signedHeader } from './payments/signed-payload.ts'
import { largeOrderId, largeTables, rowsEach, seedLargeShop } from './testing/large-shop.ts'
import { as, type OrdersApp, type OrdersFixture, ordersFixture, type User } from './testing/orders-fixture.ts'
import { ordersPath, shopping, unitsOf } from './testing/shopping.ts'

const secret = 'webhooks-of-the-tests-0123456789abcdef'
const recorded = recordedStatements()
let fixture: OrdersFixture
let app: OrdersApp
let client: pg.Client
let customer: User
let admin: User
let shop: ReturnType<typeof shopping>
let office: ReturnType<typeof shopping>

beforeAll(async () => {
  fixture = await ordersFixture()
  await seedLargeShop(fixture.environment.DATABASE_URL ?? '')
  const settings = { SIMULATED_WEBHOOK_SECRETS: secret, SHIPPING_WEBHOOK_SECRETS: secret }
  app = await fixture.openApp({ plugins: [recorded.plugin], settings })
  customer = await fixture.signIn()
  admin = await fixture.signIn('admin')
  shop = shopping(app, customer)
  office = shopping(app, admin)
  client = new pg.Client({ connectionString: fixture.environment.DATABASE_URL })
  await client.connect()
}, 240_000)
afterAll(async () => {
  await client.end()
  await app.close()
  await fixture.close()
})

const good = async (answer: Promise<Response>): Promise<Response> => {
  const response = await answer
  expect(response.status, await response.clone().text()).toBeLessThan(300)
  return response
}
const pageSchema = z.looseObject({ next_cursor: z.string().nullable() })
/** The first page and the one after it. */
const pages = (query: string, who: () => User) => async () => {
  const path = `${ordersPath}?limit=10&${query}`
  const { next_cursor: cursor } = pageSchema.parse(await (await good(app.request(path, as(who())))).json())
  if (cursor !== null) await good(app.request(`${path}&cursor=${cursor}`, as(who())))
}
const ofAdmin = (query: string) => pages(query, () => admin)
const get = (what: string) => () => good(app.request(`${ordersPath}/${largeOrderId(77)}${what}`, as(admin)))
const draft = () => shop.draft(unitsOf(fixture.catalog.addProduct(), 3))
const paid = async () => {
  const { id } = await draft()
  await good(shop.pay(id))
  return shop.read(id)
}

const webhook = (source: string, body: object) => {
  const raw = JSON.stringify({ id: randomUUID(), ...body })
  const signature = signedHeader({ raw: Buffer.from(raw), secret, now: new Date() })
  const headers = { 'content-type': 'application/json', [`${source}-signature`]: signature }
  return good(app.request(`/api/v1/webhooks/${source}`, { method: 'POST', headers, body: raw }))
}
const charge = {
  ...{ reference: 'sim_large_9', key: 'large:9', order_id: largeOrderId(9), state: 'captured', captured_cents: 100 },
  ...{ captured_currency: 'EUR', refunded_cents: 1, reason: null, action_url: null },
}
const allApplied = () =>
  vi.waitUntil(
    async () => {
      const { rows } = await sql`
        select 1 from webhook_events where state = 'received' union all
        select 1 from order_tasks where state = 'due'`.execute(fixture.database.kysely)
      return rows.length === 0
    },
    { timeout: 15_000, interval: 50 },
  )
const lineOf = ({ items }: { readonly items: readonly { readonly id: string }[] }) => items[0]?.id

test.each<[string, () => Promise<unknown>]>([
  ['a customer’s list', pages('', () => customer)],
  ['a customer’s paid orders', pages('status=paid&payment_status=paid', () => customer)],
  ['everybody’s list', ofAdmin('')],
  ['everybody’s list, oldest first', ofAdmin('sort=created_at')],
  ['what waits for its parcel', ofAdmin('status=processing')],
  ['what was refunded', ofAdmin('payment_status=partially_refunded')],
  ['what was refunded of the delivered', ofAdmin('status=delivered&payment_status=partially_refunded')],
  ['a week’s orders', ofAdmin('from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z')],
  ['an order', get('')],
  ['its history', get('/history')],
  ['its refunds', get('/refunds')],
  [
    'a draft that is filled and emptied',
    async () => {
      const { id } = await draft()
      const more = await good(shop.add(id, unitsOf(fixture.catalog.addProduct())))
      const line = lineOf(z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) }).parse(await more.json()))
      const token = as(customer)
      await good(app.request(`${ordersPath}/${id}/items/${line}`, { ...token, method: 'DELETE' }))
    },
  ],
  [
    'a payment and its invoice',
    async () => {
      const { id } = await paid()
      await allApplied()
      await good(app.request(`${ordersPath}/${id}/invoice`, as(customer)))
    },
  ],
  [
    'a cancelled payment',
    async () => {
      await good(shop.cancel((await paid()).id))
      await allApplied()
    },
  ],
  [
    'a parcel of a part, and of the rest',
    async () => {
      const order = await paid()
      const wish = { carrier: 'other', tracking_number: randomUUID() }
      const lines = [{ order_item_id: lineOf(order), quantity: 1 }]
      await good(office.post(`${ordersPath}/${order.id}/shipments`, { ...wish, lines }))
      await good(office.post(`${ordersPath}/${order.id}/shipments`, { ...wish, tracking_number: randomUUID() }))
    },
  ],
  [
    'a refund of lines, and a cancel after it',
    async () => {
      const order = await paid()
      const lines = [{ order_item_id: lineOf(order), quantity: 1, restock: true }]
      await good(office.post(`${ordersPath}/${order.id}/refunds`, { reason: 'x', lines }))
      await allApplied()
      const kept = [{ order_item_id: lineOf(order), quantity: 1, restock: false }]
      await good(office.post(`${ordersPath}/${order.id}/refunds`, { reason: 'x', lines: kept }))
      await allApplied()
      await good(office.cancel(order.id))
      await allApplied()
    },
  ],
  [
    'a change of status',
    async () => {
      const { id } = await paid()
      const init = { ...as(admin), method: 'PUT', body: '{"status":"processing"}' }
      const headers = { ...init.headers, 'content-type': 'application/json', 'if-match': '*' }
      await good(app.request(`${ordersPath}/${id}/status`, { ...init, headers }))
    },
  ],
  [
    'a provider’s webhooks',
    async () => {
      const refund = { reference: 'sim_re_large_9', key: null, charge_reference: 'sim_large_9', state: 'succeeded' }
      await webhook('simulated', { created: 1, data: { object: 'charge', charge } })
      const data = { object: 'refund', refund: { ...refund, amount_cents: 1, currency: 'EUR' } }
      await webhook('simulated', { created: 1, data })
      await allApplied()
    },
  ],
  [
    'a carrier’s webhook',
    async () => {
      const parcel = { carrier: 'dhl', tracking_number: 'L9', status: 'delivered' }
      await webhook('shipping', { ...parcel, occurred_at: new Date().toISOString() })
      await allApplied()
    },
  ],
  [
    'a page of the reconciliation, and the next',
    async () => {
      const reconcile = (body: object) => good(office.post(`${ordersPath}/reconcile`, { limit: 20, ...body }))
      const { next } = z.looseObject({ next: z.string() }).parse(await (await reconcile({})).json())
      await reconcile({ cursor: next })
    },
  ],
  ['the metrics', () => app.metrics()],
  // What a process repeats most seldom: the rest is seen in between.
  ['what goes on beside the requests', () => recorded.until(/where status = 'pending' and coalesce/)],
])('%s reads no table of a hundred thousand rows from end to end', { timeout: 60_000 }, async (_, run) => {
  const statements = await recorded.during(run)
  expect(statements.length).toBeGreaterThan(0)
  expect(await scansOf(statements)).toEqual([])
})

async function scansOf(statements: readonly CompiledQuery[]) {
  const scans = new Map<string, readonly string[]>()
  const each = new Map(statements.filter(isPlanned).map((statement) => [statement.sql, statement]))
  for (const statement of each.values()) {
    const tables = (await scannedTables(client, statement)).filter((table) => largeTables.includes(table))
    if (tables.length > 0) scans.set(statement.sql, tables)
  }
  return [...scans]
}

const isPlanned = ({ sql: text }: CompiledQuery) => /^\s*(select|with|insert|update|delete)\b/i.test(text)

test('a scan from end to end is seen, and each large table has its rows', async () => {
  const [statement] = await recorded.during(() =>
    sql`select id from orders where on_hold_reason = ${'x'}`.execute(
      fixture.database.kysely.withPlugin(recorded.plugin),
    ),
  )
  expect(statement && (await scannedTables(client, statement))).toEqual(['orders'])
  for (const table of largeTables) {
    const { rows } = await client.query(`select count(*)::integer as count from ${table}`)
    expect([table, z.tuple([z.object({ count: z.int() })]).parse(rows)[0].count >= rowsEach]).toEqual([table, true])
  }
})
