import { randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { testAddress } from '../orders/testing/test-address.ts'
import { anonymous, type Caller, knownPassword } from './callers.ts'
import { openShop, type Shop } from './shop.ts'
import { openWorld, sendTo } from './world.ts'

const secondsAhead = 60

/** Loaded before the service: every date that it makes without being told one is of a clock that is ahead. */
const aheadClock = `
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...given) { given.length === 0 ? super(Date.now()) : super(...given) }
    static now() { return RealDate.now() + ${secondsAhead * 1_000} }
  }`
const ahead = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(aheadClock)}` }

type Doubled = 'users' | 'catalog' | 'orders'

let shop: Shop
let late: Readonly<Record<Doubled, ServiceProcess>>
beforeAll(async () => {
  shop = await openShop()
  late = {
    users: await shop.another('users', ahead),
    catalog: await shop.another('catalog', ahead),
    orders: await shop.another('orders', ahead),
  }
  for (const process of Object.values(late)) {
    const [first] = process.lines()
    const saidAt = Date.parse(z.string().parse(first?.timestamp))
    expect(saidAt - Date.now()).toBeGreaterThan((secondsAhead - 30) * 1_000)
  }
}, 90_000)
afterAll(() => shop?.close())

/** While the process whose clock is right stands still, so that only the other one can be at work. */
async function alone(name: Doubled, run: () => Promise<void>): Promise<void> {
  const { signal } = shop.services[name]
  signal('SIGSTOP')
  await run().finally(() => signal('SIGCONT'))
}

const rowsOf = async (database: QueryExecutorProvider, query: RawBuilder<unknown>) =>
  (await query.execute(database)).rows

type Posted = { readonly path: string; readonly as: Caller; readonly body: unknown; readonly key?: string }
const post = (to: ServiceProcess, { path, as, body, key = randomUUID() }: Posted) =>
  sendTo(to.url, { method: 'POST', path, as, body, headers: { 'idempotency-key': key } })

async function draft(as: Caller): Promise<string> {
  const product_id = await (await openWorld(shop)).stocked(5)
  const created = await post(shop.services.orders, {
    path: '/api/v1/orders',
    as,
    body: { items: [{ product_id, quantity: 1 }], shipping_address: testAddress },
  })
  return z.uuid().parse(created.json.id)
}

const paymentOf = (orderId: string, method_token: string) => ({
  path: `/api/v1/orders/${orderId}/payment`,
  body: { provider: 'simulated', method_token },
})

test('X35: whose clock is ahead takes over neither the key nor the payment that another replica is at work on', async () => {
  const as = await shop.callers.person()
  const orderId = await draft(as)
  const request = { ...paymentOf(orderId, 'tok_slow_5s'), as, key: randomUUID() }
  const slow = post(shop.services.orders, request)
  const charges = sql`select operation from simulated_calls where key like ${`order:${orderId}:%`}`
  await expect.poll(() => rowsOf(shop.orders, charges), { timeout: 10_000 }).toHaveLength(1)
  const meanwhile = await post(late.orders, request)
  expect([meanwhile.status, meanwhile.json.code]).toEqual([409, 'idempotency/in-progress'])

  const paid = await slow
  expect([paid.status, paid.json.status]).toEqual([200, 'paid'])
  const again = await post(late.orders, request)
  expect([again.status, again.headers.get('idempotency-replayed'), again.text]).toEqual([200, 'true', paid.text])
  expect(await rowsOf(shop.orders, charges)).toEqual([{ operation: 'charge' }])
})

test('X35: an order that waits for its payment expires at the database’s hour, once', async () => {
  const as = await shop.callers.person()
  const waits = async () => {
    const orderId = await draft(as)
    const waiting = await post(shop.services.orders, { ...paymentOf(orderId, 'tok_needs_action'), as })
    expect([waiting.status, waiting.json.status]).toEqual([202, 'pending'])
    return orderId
  }
  const [nearly, over] = [await waits(), await waits()]
  const pendFor = (orderId: string, seconds: number) =>
    rowsOf(
      shop.orders,
      sql`
      update orders set pending_at = now() - make_interval(secs => ${seconds}) where id = ${orderId} returning id`,
    )
  const statusOf = async (orderId: string) => rowsOf(shop.orders, sql`select status from orders where id = ${orderId}`)
  await alone('orders', async () => {
    await pendFor(nearly, 3_600 - secondsAhead / 2)
    await pendFor(over, 3_600)
    await expect.poll(() => statusOf(over), { timeout: 15_000 }).toEqual([{ status: 'expired' }])
    expect(await statusOf(nearly)).toEqual([{ status: 'pending' }])
  })
  await pendFor(nearly, 3_600)
  await expect.poll(() => statusOf(nearly), { timeout: 15_000 }).toEqual([{ status: 'expired' }])

  const told = sql`
    select count(*)::int as count from outbox_events
    where type = 'order.expired.v1' and subject in (${nearly}, ${over}) group by subject`
  expect(await rowsOf(shop.orders, told)).toEqual([{ count: 1 }, { count: 1 }])
  const held = sql`
    select state from inventory_reservations where reference like any (${[`order:${nearly}:%`, `order:${over}:%`]})`
  await expect
    .poll(() => rowsOf(shop.catalog, held), { timeout: 15_000 })
    .toEqual([{ state: 'released' }, { state: 'released' }])
})

test('X35: stock is held until the database’s time is over, and given back once', async () => {
  const as = await shop.callers.service('product-catalog', ['inventory:reserve', 'inventory:commit'])
  const product_id = await (await openWorld(shop)).stocked(5)
  const reserve = async () => {
    const reference = `test-${randomUUID()}`
    const body = { reference, items: [{ product_id, quantity: 1 }], ttl_seconds: 60 }
    expect((await post(shop.services.catalog, { path: '/api/v1/inventory/reserve', as, body })).status).toBe(201)
    return reference
  }
  const [held, over] = [await reserve(), await reserve()]
  const stateOf = (reference: string) =>
    rowsOf(shop.catalog, sql`select state from inventory_reservations where reference = ${reference}`)
  await alone('catalog', async () => {
    await rowsOf(
      shop.catalog,
      sql`
      update inventory_reservations set expires_at = now() where reference = ${over} returning id`,
    )
    await expect.poll(() => stateOf(over), { timeout: 15_000 }).toEqual([{ state: 'expired' }])
    expect(await stateOf(held)).toEqual([{ state: 'active' }])
    const sold = await post(late.catalog, { path: '/api/v1/inventory/commit', as, body: { reference: held } })
    expect([sold.status, sold.json.state, sold.json.re_held]).toEqual([200, 'committed', false])
  })
  const stock = sql`select quantity, reserved from inventory where product_id = ${product_id}`
  expect(await rowsOf(shop.catalog, stock)).toEqual([{ quantity: 4, reserved: 0 }])
  const told = sql`
    select count(*)::int as count from outbox_events e join inventory_reservations r on r.id = e.subject
    where r.reference = ${over} and e.type = 'inventory.reservation_expired.v1'`
  expect(await rowsOf(shop.catalog, told)).toEqual([{ count: 1 }])
})

test('X35: a mailed token is good until the database’s time is over, and once', async () => {
  const { id } = await shop.callers.person()
  const mailFor = async (seconds: number) => {
    const token = randomUUID().replaceAll('-', '').padEnd(43, 'x')
    await rowsOf(
      shop.users,
      sql`
      update users set verified = false, verification_token_hash = sha256(${token}),
        verification_expires_at = now() + make_interval(secs => ${seconds}) where id = ${id} returning id`,
    )
    return { path: '/api/v1/auth/verify-email', as: anonymous, body: { token } }
  }
  const over = await mailFor(0)
  expect((await post(shop.services.users, over)).status).toBe(400)
  const good = await mailFor(secondsAhead / 2)
  expect((await post(late.users, good)).status).toBe(204)
  expect((await post(shop.services.users, good)).status).toBe(400)
})

test('X35: a refresh token may be used again for ten seconds of the database', async () => {
  const { email } = await shop.callers.person()
  const login = { path: '/api/v1/auth/login', as: anonymous, body: { email, password: knownPassword } }
  const first = z.string().parse((await post(shop.services.users, login)).json.refresh_token)
  const refresh = (of: ServiceProcess) =>
    post(of, { path: '/api/v1/auth/refresh', as: anonymous, body: { refresh_token: first } })
  const used = await refresh(shop.services.users)
  const repeated = await refresh(late.users)
  expect([used.status, repeated.status]).toEqual([200, 200])
  expect(repeated.json.refresh_token).toBe(used.json.refresh_token)

  await rowsOf(
    shop.users,
    sql`
    update refresh_tokens set used_at = now() - interval '10 seconds' where used_at is not null returning id`,
  )
  const reused = await refresh(shop.services.users)
  expect([reused.status, reused.json.code]).toEqual([401, 'auth/refresh-invalid'])
})
