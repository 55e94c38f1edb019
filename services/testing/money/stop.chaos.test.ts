import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Gate, startGate } from '../../kit/testing/gate.ts'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { type StripeServer, stripeMethods, stripeServer } from '../../orders/payments/testing/stripe-server.ts'
import { auditBooks, isOff } from '../books/audit-books.ts'
import { openBooks } from '../books/open-books.ts'
import { renderAudit } from '../books/render-audit.ts'
import { untilReady } from '../until-ready.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { type MoneyShop, type MoneyShopOptions, openMoneyShop } from './money-shop.ts'
import { settled } from './settle.ts'
import { together } from './together.ts'

let shop: MoneyShop
let stripe: StripeServer
let gate: Gate
let mails: string
beforeEach(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  stripe = await stripeServer()
  gate = await startGate(stripe.url)
})
afterEach(async () => {
  await shop?.close()
  await gate.close()
  await stripe.close()
  await rm(mails, { recursive: true })
})

async function open({ orders, ...options }: MoneyShopOptions & { readonly orders?: Record<string, string> } = {}) {
  const settings = { orders: { MAIL_DIRECTORY: mails, STRIPE_API_BASE: gate.url, ...orders } }
  shop = await openMoneyShop({ ...options, settings })
  await Promise.all(shop.processes('orders').map(({ url }) => untilReady(url)))
}

function first(): ServiceProcess {
  const [process] = shop.processes('orders')
  if (process === undefined) throw new Error('no process of orders runs')
  return process
}

/** The status, or what went wrong on the way. */
const outcomeOf = (answer: Promise<{ readonly status: number }>) =>
  answer.then(
    ({ status }) => status,
    (error: unknown) => String(error),
  )

/** Buys and pays again and again until it is told to stop; every outcome is kept. */
async function shopping(buyer: Buyer, { product, token, signal, outcomes }: Shopping): Promise<void> {
  while (!signal.aborted) {
    const drafted = buyer.create([{ product_id: product, quantity: 1 }])
    outcomes.push(await outcomeOf(drafted))
    const { json } = await drafted
    outcomes.push(await outcomeOf(buyer.pay(String(json.id), { token })))
  }
}

type Shopping = {
  readonly product: string
  readonly token: string
  readonly signal: AbortSignal
  readonly outcomes: (number | string)[]
}

/** Work that a process has taken and that nobody else may go on with yet. */
async function leases(): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from order_sagas where step <> 'done' and locked_until > now())
      + (select count(*) from order_tasks where state = 'due' and locked_until > now())
      + (select count(*) from idempotency_keys where answer_status is null and locked_until > now()) as count`.execute(
    shop.orders,
  )
  return rows[0]?.count
}

async function balanced(): Promise<void> {
  const { books, close } = await openBooks({ ...shop.urls, bus: shop.busUrl, mails })
  const audited = await auditBooks(books).finally(close)
  expect(audited.filter(isOff), renderAudit(audited)).toEqual([])
}

test('X1: SIGTERM to orders while customers pay, some for five seconds, fails none of them, ends with 0, leaves no lease', async () => {
  await open({ orders: { SHUTDOWN_DELAY: '2' } })
  const stopped = first()
  const product = await shop.product()
  const buyers = await together(8, async () => buyerAt(stopped.url, await shop.customer()))
  const going = new AbortController()
  const outcomes: (number | string)[] = []
  const tokens = ['tok_ok', 'tok_slow_5s', 'tok_webhook_twice', 'tok_webhook_first']
  const loads = buyers.map((buyer, index) => {
    const token = tokens[index % tokens.length] ?? 'tok_ok'
    return shopping(buyer, { product, token, signal: going.signal, outcomes })
  })
  await expect.poll(() => outcomes.length, { timeout: 30_000 }).toBeGreaterThan(40)

  const startedAt = performance.now()
  stopped.signal('SIGTERM')
  const ready = async () => (await fetch(`${stopped.url}/health?check=ready`)).status
  await expect.poll(ready, { interval: 20, timeout: 2_000 }).toBe(503)
  // Who routes sees that, and sends no more.
  await delay(500)
  going.abort()
  await Promise.all(loads)
  expect(await stopped.ended).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(12_000)
  expect(new Set(outcomes)).toEqual(new Set([200, 201]))
  await expect.poll(leases, { timeout: 5_000 }).toBe(0)
  expect(stopped.lines().filter(({ message }) => message?.includes('cut off'))).toEqual([])

  await settled(shop, { timeout: 60_000 })
  await balanced()
})

/** An order that Stripe was paid for, before the gate is what it is in the test. */
async function paidByStripe(buyer: Buyer, product: string): Promise<string> {
  const id = await buyer.draft(product)
  const paid = await buyer.pay(id, { provider: 'stripe', token: stripeMethods.ok })
  expect(paid.status, paid.text).toBe(200)
  return id
}

/** Resolves when Stripe has been asked by it. */
async function asking<Result>(begin: () => Promise<Result>): Promise<{ readonly begun: Promise<Result> }> {
  const before = gate.arrivals()
  const begun = begin()
  await expect.poll(gate.arrivals, { timeout: 10_000 }).toBeGreaterThan(before)
  return { begun }
}

async function refundAsAdmin(orderId: string): Promise<void> {
  const admin = buyerAt(shop.ordersUrl, await shop.callers.person('admin'))
  const answer = await admin.refund(orderId, { amount_cents: 100, reason: 'late' })
  expect(answer.status, answer.text).toBe(201)
}

const refundsAre = (...statuses: readonly string[]) =>
  expect
    .poll(async () => (await sql<{ status: string }>`select status from refunds`.execute(shop.orders)).rows, {
      timeout: 10_000,
    })
    .toEqual(statuses.map((status) => ({ status })))

const complaints = (process: ServiceProcess) =>
  process.lines().filter(({ message = '' }) => /cut off|connections open|FATAL/.test(message))

test('X24: a payment whose provider hangs is answered before the process ends, and its repeat goes on with it at once', async () => {
  // With what else may be slow it would be longer than requests have once the process ends.
  await open({ processes: 1, orders: { SHUTDOWN_DELAY: '2', FAILPOINTS: 'orders.saga.before_charge:delay=3000' } })
  const product = await shop.product()
  const buyer = buyerAt(shop.ordersUrl, await shop.customer())
  const [wanted, late] = [await buyer.draft(product), await buyer.draft(product)]
  const pay = (id: string) => buyer.pay(id, { provider: 'stripe', token: stripeMethods.ok, key: id })
  gate.be('hangs')
  const { begun: paying } = await asking(() => pay(wanted))
  const stopped = first()
  const startedAt = performance.now()
  stopped.signal('SIGTERM')
  // Who routes here does not know yet.
  await delay(1_500)
  const { begun: payingLate } = await asking(() => pay(late))
  const answers = await Promise.all([paying, payingLate])
  expect(answers.map(({ status, headers }) => [status, headers.has('retry-after')])).toEqual([
    [503, true],
    [503, true],
  ])
  expect(await stopped.ended).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(12_000)
  expect(complaints(stopped)).toEqual([])
  expect(await leases()).toBe(0)

  gate.be('open')
  await untilReady((await shop.start('orders', 0)).url)
  const paid = await Promise.all([pay(wanted), pay(late)])
  expect(paid.map(({ status, text }) => [status, text])).toEqual(paid.map(() => [200, expect.any(String)]))
  expect([...stripe.intents.values()].map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
})

test('X24: what a process does beside its requests is given back when it ends, however long its provider takes', async () => {
  await open({ processes: 1 })
  const product = await shop.product()
  const buyer = buyerAt(shop.ordersUrl, await shop.customer())
  const earlier = await paidByStripe(buyer, product)
  const wanted = await buyer.draft(product)
  const tasks = async () => (await sql`select from order_tasks where state = 'due'`.execute(shop.orders)).rows.length
  await expect.poll(tasks, { timeout: 20_000 }).toBe(0)
  await shop.kill('orders', 0)
  const armed = await shop.start('orders', 0, { FAILPOINTS: 'orders.saga.after_charge_call:exit' })
  await untilReady(armed.url)
  await expect(buyer.pay(wanted, { provider: 'stripe', token: stripeMethods.ok })).rejects.toThrow()
  await armed.ended
  gate.be('hangs')
  await untilReady((await shop.start('orders', 0)).url)
  const { begun: resumed } = await asking(async () => {
    await sql`update order_sagas set locked_until = now() where step <> 'done'`.execute(shop.orders)
    await sql`update idempotency_keys set locked_until = now() where answer_status is null`.execute(shop.orders)
  })
  await resumed
  const { begun: refunded } = await asking(() => refundAsAdmin(earlier))
  await refunded
  await expect.poll(leases, { timeout: 5_000 }).toBe(2)

  const stopped = first()
  const startedAt = performance.now()
  stopped.signal('SIGTERM')
  expect(await stopped.ended).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(8_500)
  expect(complaints(stopped)).toEqual([])
  expect(await leases()).toBe(0)
  const { rows: due } = await sql`
    select from order_sagas where step <> 'done' and next_run_at <= now()
    union all select from order_tasks where state = 'due' and next_run_at <= now()`.execute(shop.orders)
  expect(due).toHaveLength(2)

  gate.be('open')
  await untilReady((await shop.start('orders', 0)).url)
  await refundsAre('succeeded')
  const status = async () => (await buyer.read(wanted)).json.status
  await expect.poll(status, { timeout: 10_000 }).toBe('paid')
})

test('X2: while the connections of orders are killed one by one, payments are 503 at worst, and then the books balance', async () => {
  await open()
  const product = await shop.product()
  const buyers = await together(4, async () => buyerAt(shop.ordersUrl, await shop.customer()))
  const outcomes: number[] = []
  const going = new AbortController()
  const loads = buyers.map(async (buyer) => {
    while (!going.signal.aborted) {
      const drafted = await buyer.create([{ product_id: product, quantity: 1 }])
      outcomes.push(drafted.status)
      if (drafted.status === 201) outcomes.push((await buyer.pay(String(drafted.json.id))).status)
    }
  })
  for (let round = 0; round < 30; round += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name like 'order-management%'
      order by random() limit 1`.execute(shop.orders)
    const before = outcomes.length
    await expect.poll(() => outcomes.length, { timeout: 10_000 }).toBeGreaterThan(before + 4)
  }
  going.abort()
  await Promise.all(loads)
  expect(['200', '201', '409', '503']).toEqual(expect.arrayContaining([...new Set(outcomes.map(String))]))
  expect(outcomes.filter((status) => status === 200).length).toBeGreaterThan(20)
  await settled(shop, { timeout: 60_000 })
  await balanced()
})
