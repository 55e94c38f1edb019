import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedHeader } from '../../orders/payments/signed-payload.ts'
import { simulatedSignatureHeader } from '../../orders/payments/simulated/simulated-provider.ts'
import { type StripeServer, stripeServer } from '../../orders/payments/testing/stripe-server.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { keptWebhook, retryUntilParked, seriesOf } from './kept-rows.ts'
import { moneyOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { refusePayment } from './refuse-payment.ts'
import {
  captureAtBank,
  chargeEvent,
  refundEvent,
  sendWebhook,
  signed,
  webhookSecrets,
  webhookSettings,
} from './simulated-webhooks.ts'
import { seen, together } from './together.ts'

let shop: MoneyShop
let stripe: StripeServer
let product: string
beforeAll(async () => {
  stripe = await stripeServer()
  const settings = {
    ...webhookSettings,
    PAYMENT_PROVIDERS: 'simulated,stripe',
    PUBLIC_BASE_URL: 'https://shop.test',
    STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
    STRIPE_WEBHOOK_SECRETS: webhookSecrets.current,
    STRIPE_API_BASE: stripe.url,
  }
  shop = await openMoneyShop({ settings: { orders: settings } })
  product = await shop.product()
}, 300_000)
afterAll(async () => {
  await shop?.close()
  await stripe?.close()
})

const newBuyer = async (): Promise<Buyer> => buyerAt(shop.ordersUrl, await shop.customer())

/** Pending until its customer comes back from the bank; its id. */
async function waitingOrder(): Promise<string> {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  expect(seen(await buyer.pay(id, { token: 'tok_needs_action' }))).toBe('202')
  return id
}

const idOf = (body: string): string => /sim_evt_[0-9a-f-]+/.exec(body)?.[0] ?? ''

const unknownCharge = (canary = 'x') => ({
  reference: `sim_${canary}_${randomUUID()}`,
  key: `order:${randomUUID()}:pay:1`,
  order_id: randomUUID(),
  state: 'captured' as const,
  captured_cents: 1_000,
  captured_currency: 'EUR',
  refunded_cents: 0,
  reason: null,
  action_url: null,
})

test('O4: a webhook that is delivered before our own answer is written down pays the order, 20 rounds', async () => {
  await together(20, async () => {
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    expect((await buyer.payUntilAnswered(id, { token: 'tok_webhook_first' })).at(-1)).toBe('200')
    expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'paid', charges: 1, invoices: 1 })
  })
}, 300_000)

test('O4: a webhook that comes before our transaction has committed is kept, and applied 5 s after it at the latest', async () => {
  const id = await waitingOrder()
  const body = chargeEvent(await captureAtBank(shop.orders, id))
  // Nobody else sees the payment until the transaction is committed.
  await sql`update payments set provider = 'paypal' where order_id = ${id}`.execute(shop.orders)
  await shop.orders.transaction().execute(async (transaction) => {
    await sql`update payments set provider = 'simulated' where order_id = ${id}`.execute(transaction)
    expect(await sendWebhook(shop.ordersUrl, body)).toBe(200)
    const kept = { state: 'received', attempts: 1, last_error: 'no such payment' }
    await expect.poll(() => keptWebhook(shop.orders, idOf(body)), { timeout: 5_000 }).toMatchObject(kept)
  })
  await expect.poll(() => keptWebhook(shop.orders, idOf(body)), { timeout: 5_000 }).toMatchObject({ state: 'applied' })
  await expect.poll(() => moneyOf(shop.orders, id), { timeout: 20_000 }).toMatchObject({ status: 'paid', invoices: 1 })
})

test('O4: a refund that is told before the success waits for it, and the end is the same', async () => {
  const id = await waitingOrder()
  const charge = await captureAtBank(shop.orders, id)
  const refund = refundEvent({ charge, reference: `sim_re_${randomUUID()}`, amountCents: 1_000 })
  expect(await sendWebhook(shop.ordersUrl, refund)).toBe(200)
  await expect
    .poll(() => keptWebhook(shop.orders, idOf(refund)), { timeout: 5_000 })
    .toMatchObject({ state: 'received', attempts: 1 })
  expect(await sendWebhook(shop.ordersUrl, chargeEvent(charge))).toBe(200)
  await expect
    .poll(() => moneyOf(shop.orders, id), { timeout: 20_000 })
    .toMatchObject({
      status: 'paid',
      payment_status: 'refunded',
      payments: ['captured'],
      captured: 1_000,
      refunded: 1_000,
      refunds: ['succeeded'],
      invoices: 1,
    })
})

test('O4: of an order that nobody knows a webhook is kept, tried again for a day, then parked', async () => {
  const body = chargeEvent(unknownCharge())
  expect(await sendWebhook(shop.ordersUrl, body)).toBe(200)
  const waited = await retryUntilParked(shop.orders, idOf(body))
  const hours = waited.reduce((sum, seconds) => sum + seconds, 0) / 3_600
  expect(hours).toBeGreaterThan(23)
  expect(hours).toBeLessThan(24)
  expect(await keptWebhook(shop.orders, idOf(body))).toMatchObject({ attempts: 9, last_error: 'no such payment' })
}, 300_000)

test('O4: an event of a type that is not ours, or of a payment of somebody else, is answered 200 and ignored', async () => {
  const foreignIntent = {
    id: 'pi_foreign',
    object: 'payment_intent',
    status: 'succeeded',
    amount: 5,
    amount_received: 5,
  }
  const events = [
    stripe.event('customer.created', { id: 'cus_1', object: 'customer', name: 'Ada Lovelace' }),
    stripe.event('invoice.finalized', { id: 'in_1', object: 'invoice' }),
    stripe.event('payment_intent.succeeded', { ...foreignIntent, currency: 'eur', metadata: {}, latest_charge: null }),
  ]
  for (const body of events) {
    const headers = stripe.sign(body, { secret: webhookSecrets.current, at: new Date() })
    const url = `${shop.ordersUrl}/api/v1/webhooks/stripe`
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
  }
  const { rows } = await sql`
    select state, attempts from webhook_events where provider = 'stripe'`.execute(shop.orders)
  expect(rows).toEqual(Array(3).fill({ state: 'ignored', attempts: 0 }))
  const { rows: kept } = await sql`
    select event_id from webhook_events where facts::text like '%Lovelace%'`.execute(shop.orders)
  expect(kept).toEqual([])
})

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000)

test('O4: a webhook that is forged, stale, changed or unsigned is a 400, stored nowhere, and one line of the log', async () => {
  const canary = `canary${randomUUID().slice(0, 8)}`
  const body = chargeEvent(unknownCharge(canary))
  const send = (name: string, sent: { readonly body: string; readonly signature: string | undefined }) =>
    fetch(`${shop.ordersUrl}/api/v1/webhooks/simulated`, {
      method: 'POST',
      headers: {
        'x-request-id': `refused-${name}`,
        ...(sent.signature === undefined ? {} : { [simulatedSignatureHeader]: sent.signature }),
      },
      body: sent.body,
    })
  const foreign = signedHeader({ raw: Buffer.from(body), secret: `whsec_${'f'.repeat(32)}`, now: new Date() })
  const refused = {
    forged: { body, signature: foreign },
    garbage: { body, signature: 't=1,v1=' },
    stale: { body, signature: signed(body, { at: secondsAgo(302) }) },
    early: { body, signature: signed(body, { at: secondsAgo(-302) }) },
    changed: { body: body.replace('1000', '9000'), signature: signed(body) },
    unsigned: { body, signature: undefined },
  }
  for (const [name, sent] of Object.entries(refused)) {
    const answer = await send(name, sent)
    expect([name, answer.status]).toEqual([name, 400])
    expect(await answer.text()).not.toContain(canary)
  }
  expect(await keptWebhook(shop.orders, idOf(body))).toBeUndefined()
  const lines = () => shop.processes('orders').flatMap((process) => process.lines())
  for (const name of Object.keys(refused)) {
    const told = () => lines().filter((line) => line.request_id === `refused-${name}`)
    await expect
      .poll(
        () =>
          told()
            .map(({ message }) => message)
            .toSorted(),
        { timeout: 5_000 },
      )
      .toEqual(['POST /api/v1/webhooks/simulated 400', 'a webhook was refused'])
  }
  expect(lines().filter((line) => JSON.stringify(line).includes(canary))).toEqual([])
})

test('O4: while secrets are rotated both of them count, up to 300 s after the signature', async () => {
  const secrets = Object.values(webhookSecrets)
  for (const secret of secrets) {
    const body = chargeEvent(unknownCharge())
    expect(await sendWebhook(shop.ordersUrl, body, signed(body, { secret, at: secondsAgo(295) }))).toBe(200)
    expect(await keptWebhook(shop.orders, idOf(body))).toMatchObject({ state: 'received' })
  }
})

test('O20: a webhook whose handler fails stays, is tried 8 times more over a day, then parked with an alarm', async () => {
  const id = await waitingOrder()
  const body = chargeEvent(await captureAtBank(shop.orders, id))
  const { allow } = await refusePayment(shop.orders, id)
  const counted = 'webhook_events_total{provider="simulated",result="parked"}'
  const sum = async () => (await seriesOf(shop, counted)).reduce((total, count) => total + count, 0)
  const before = await sum()
  expect(await sendWebhook(shop.ordersUrl, body)).toBe(200)
  const waited = await retryUntilParked(shop.orders, idOf(body))
  expect(waited.reduce((total, seconds) => total + seconds, 0) / 3_600).toBeGreaterThan(23)
  expect(await keptWebhook(shop.orders, idOf(body))).toMatchObject({ attempts: 9, last_error: 'refused on purpose' })
  expect(await moneyOf(shop.orders, id)).toMatchObject({ status: 'pending', payments: ['requires_action'] })

  await expect.poll(sum).toBe(before + 1)
  const { rows } = await sql<{ parked: number }>`
    select count(*) as parked from webhook_events where state = 'parked'`.execute(shop.orders)
  expect(await seriesOf(shop, 'webhook_events_parked')).toEqual([rows[0]?.parked, rows[0]?.parked])
  const alarms = shop
    .processes('orders')
    .flatMap((process) => process.lines())
    .filter(({ level, event_id }) => level === 'ERROR' && event_id === idOf(body))
  expect(alarms).toHaveLength(1)
  await allow()
}, 300_000)

test('O20: a webhook whose handler failed is applied by a later try', async () => {
  const id = await waitingOrder()
  const body = chargeEvent(await captureAtBank(shop.orders, id))
  const { allow } = await refusePayment(shop.orders, id)
  expect(await together(3, () => sendWebhook(shop.ordersUrl, body))).toEqual([200, 200, 200])
  const failed = { state: 'received', attempts: 2, last_error: 'refused on purpose' }
  await expect.poll(() => keptWebhook(shop.orders, idOf(body)), { timeout: 10_000 }).toMatchObject(failed)
  await allow()
  await expect
    .poll(() => keptWebhook(shop.orders, idOf(body)), { timeout: 10_000 })
    .toMatchObject({ state: 'applied', attempts: 3 })
  await expect.poll(() => moneyOf(shop.orders, id), { timeout: 20_000 }).toMatchObject({ status: 'paid', charges: 1 })
})
