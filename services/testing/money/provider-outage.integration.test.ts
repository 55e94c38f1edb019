import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PayPalServer, payPalMethods, payPalServer } from '../../orders/payments/testing/paypal-server.ts'
import { type StripeServer, stripeMethods, stripeServer } from '../../orders/payments/testing/stripe-server.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { holdsOf, moneyOf, providerCalls } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { type SwitchedProvider, switchedProvider } from './switched-provider.ts'
import { seen, together } from './together.ts'

let shop: MoneyShop
let stripe: StripeServer
let paypal: PayPalServer
let front: Readonly<Record<'stripe' | 'paypal', SwitchedProvider>>
let product: string
beforeAll(async () => {
  stripe = await stripeServer()
  paypal = await payPalServer()
  front = { stripe: await switchedProvider(stripe), paypal: await switchedProvider(paypal) }
  const settings = {
    PAYMENT_PROVIDERS: 'simulated,stripe,paypal',
    PUBLIC_BASE_URL: 'https://shop.test',
    STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
    STRIPE_WEBHOOK_SECRETS: `whsec_${'a'.repeat(32)}`,
    STRIPE_API_BASE: front.stripe.url,
    PAYPAL_CLIENT_ID: 'client-of-the-tests',
    PAYPAL_CLIENT_SECRET: 'secret-of-the-tests',
    PAYPAL_WEBHOOK_IDS: '9XL90610J3647323C',
    PAYPAL_API_BASE: front.paypal.url,
  }
  // One of each: a breaker belongs to its process.
  shop = await openMoneyShop({ processes: 1, settings: { orders: settings } })
  product = await shop.product()
}, 300_000)
afterAll(async () => {
  await shop?.close()
  await Promise.all([front?.stripe.close(), front?.paypal.close(), stripe?.close(), paypal?.close()])
})
afterEach(() => {
  front.stripe.turn('up')
  front.paypal.turn('up')
})

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

/** Somebody pays with the simulated provider, and is not told of anything. */
async function requireSimulatedWorks(): Promise<void> {
  const buyer = await newBuyer()
  expect(seen(await buyer.pay(await buyer.draft(product)))).toBe('200')
}

const methods = { stripe: stripeMethods.ok, paypal: payPalMethods.ok } as const
const keyHeaders = { stripe: 'idempotency-key', paypal: 'paypal-request-id' } as const
const posts = (provider: 'stripe' | 'paypal') =>
  front[provider].calls.filter(({ method, path }) => method === 'POST' && !path.includes('oauth2'))

test.each(['stripe', 'paypal'] as const)(
  'O25: while %s is down a payment is a 503, the order pending with its hold, and afterwards it is charged once',
  async (provider) => {
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    const wish = { provider, token: methods[provider], key: randomUUID() }
    front[provider].turn('down')
    const refused = await buyer.pay(id, wish)
    expect(seen(refused)).toBe('503 payment/provider-unavailable')
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'pending', captured: 0, refunds: [] })
    expect(await holdsOf(shop.catalog, id)).toEqual(['active'])
    await requireSimulatedWorks()
    expect((await buyer.read(id)).json).toMatchObject({ status: 'pending' })

    front[provider].turn('up')
    expect((await buyer.payUntilAnswered(id, wish)).at(-1)).toBe('200')
    expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'paid', captured: 1_000, invoices: 1 })
    expect(await holdsOf(shop.catalog, id)).toEqual(['committed'])
    expect(chargesOf(provider, id)).toBe(1)
  },
  300_000,
)

/** In the books of its stand-in. */
function chargesOf(provider: 'stripe' | 'paypal', orderId: string): number {
  if (provider === 'paypal') {
    return [...paypal.orders.values()].filter((order) => order.custom_id === orderId && order.capture !== null).length
  }
  return [...stripe.intents.values()].filter(
    ({ metadata, status }) => metadata.order_id === orderId && status === 'succeeded',
  ).length
}

test.each(['stripe', 'paypal'] as const)(
  'O25: where %s is silent a payment waits 10 s, asks twice with the same key, and then the breaker answers',
  async (provider) => {
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    // So that a token for PayPal is there before it falls silent.
    expect(seen(await buyer.pay(id, { provider, token: unknownMethods[provider] }))).toBe('402 payment/declined')
    front[provider].forget()
    front[provider].turn('silent')
    const startedAt = performance.now()
    const waiting = buyer.pay(id, { provider, token: methods[provider] })
    await requireSimulatedWorks()
    expect(seen(await waiting)).toBe('503 payment/provider-unavailable')
    const seconds = (performance.now() - startedAt) / 1_000
    expect(seconds).toBeGreaterThan(9)
    expect(seconds).toBeLessThan(15)
    const keys = posts(provider).map(({ headers }) => headers[keyHeaders[provider]])
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toContain(`order:${id}:pay:2`)

    front[provider].turn('down')
    await together(5, async () => {
      const other = await newBuyer()
      const answer = await other.pay(await other.draft(product), { provider, token: methods[provider] })
      expect(seen(answer)).toBe('503 payment/provider-unavailable')
    })
    front[provider].forget()
    const last = await newBuyer()
    const refused = await last.pay(await last.draft(product), { provider, token: methods[provider] })
    expect(seen(refused)).toBe('503 payment/provider-unavailable')
    expect(posts(provider)).toEqual([])
    await requireSimulatedWorks()
  },
  300_000,
)

const unknownMethods = { stripe: 'pm_nobody_knows', paypal: 'vault-nobody-knows' } as const

test('O9: whatever the number of the attempt, PayPal’s request ids have at most 108 characters, and it charges once', async () => {
  const buyer = await newBuyer()
  const admin = buyerAt(shop.ordersUrl, await shop.callers.person('admin'))
  const id = await buyer.draft(product)
  const wish = { provider: 'paypal', key: randomUUID() }
  // The breaker may still be open.
  const declined = await buyer.payUntilAnswered(id, { ...wish, token: payPalMethods.declined })
  expect(declined.at(-1)).toBe('402 payment/declined')
  await sql`update payments set attempt = 2147483646 where order_id = ${id} and status = 'declined'`.execute(
    shop.orders,
  )
  front.paypal.forget()
  const paid = await buyer.payUntilAnswered(id, { provider: 'paypal', token: payPalMethods.chargedThen500 })
  expect(paid.at(-1), paid.join(', ')).toBe('200')
  expect(seen(await admin.refund(id, { amount_cents: 1_000, reason: 'as agreed' }))).toBe('201')
  await expect.poll(() => moneyOf(shop.orders, id), { timeout: 20_000 }).toMatchObject({ refunds: ['succeeded'] })

  expect(chargesOf('paypal', id)).toBe(1)
  const ids = posts('paypal').map(({ headers }) => String(headers['paypal-request-id']))
  expect(ids.some((one) => one.includes(':refund:'))).toBe(true)
  expect(Math.max(...ids.map(({ length }) => length))).toBeLessThanOrEqual(108)
}, 300_000)

/** The clock: the provider was asked five minutes ago. */
const fiveMinutesLater = (ids: readonly string[]) =>
  sql`
    update order_sagas set next_run_at = next_run_at - interval '5 minutes'
    where order_id = any(${ids}) and step = 'await'`.execute(shop.orders)

test('O22: an order whose webhook never comes is paid within 60 s once it has been pending for 5 min, 20 orders', async () => {
  const ids = await together(20, async () => {
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    expect((await buyer.payUntilAnswered(id, { token: 'tok_no_webhook' })).at(-1)).toBe('202')
    return id
  })
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from max(next_run_at) - now())::double precision as seconds from order_sagas
    where order_id = any(${ids})`.execute(shop.orders)
  expect(rows[0]?.seconds).toBeLessThanOrEqual(300)
  for (const id of ids) expect(await providerCalls(shop.orders, 'fetch', id)).toBe(0)

  await fiveMinutesLater(ids)
  for (const id of ids) {
    await expect
      .poll(() => moneyOf(shop.orders, id), { timeout: 60_000 })
      .toMatchObject({
        status: 'paid',
        charges: 1,
        charged: 1_000,
        invoices: 1,
        events: ['order.placed.v1', 'order.paid.v1', 'invoice.issued.v1'],
      })
  }
}, 300_000)

test('O22: while the provider is down it is asked less and less often, and nobody is answered an error for it', async () => {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  const answers = await buyer.payUntilAnswered(id, { provider: 'stripe', token: stripeMethods.needsAction })
  expect(answers.at(-1)).toBe('202')
  front.stripe.turn('down')
  for (const intent of stripe.intents.values()) {
    if (intent.metadata.order_id === id && intent.status === 'requires_action') stripe.authenticate(intent.id)
  }
  await fiveMinutesLater([id])
  /** After the try of this number, the seconds until the next one. */
  const waits = new Map<number, number>()
  const watch = async () => {
    const { attempt, hasFailed, isLeased, wait } = await sagaOf(id)
    if (hasFailed && !isLeased && !waits.has(attempt)) waits.set(attempt, wait)
    return [...waits.keys()]
  }
  await expect.poll(watch, { timeout: 60_000, interval: 100 }).toContain(4)
  for (const [attempt, wait] of waits) expect(wait).toBeLessThanOrEqual(2 ** (attempt - 1))
  expect(waits.get(4)).toBeGreaterThan(4)
  expect((await buyer.read(id)).json).toMatchObject({ status: 'pending' })
  await requireSimulatedWorks()
  front.stripe.turn('up')
  await expect.poll(() => moneyOf(shop.orders, id), { timeout: 60_000 }).toMatchObject({ status: 'paid' })
}, 300_000)

type SagaRow = { attempt: number; hasFailed: boolean; isLeased: boolean; wait: number }

async function sagaOf(orderId: string): Promise<SagaRow> {
  const { rows } = await sql<SagaRow>`
    select attempt, last_error is not null as "hasFailed", lease is not null as "isLeased",
      extract(epoch from next_run_at - now())::double precision as wait
    from order_sagas where order_id = ${orderId}`.execute(shop.orders)
  const [row] = rows
  if (row === undefined) throw new Error(`order ${orderId} has no saga`)
  return row
}
