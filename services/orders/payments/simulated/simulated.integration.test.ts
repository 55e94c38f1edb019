import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../kit/testing/test-database.ts'
import { openProviders, type PaymentProviders } from '../open-providers.ts'
import { type PaymentProvider, type WebhookEvent, WebhookRefused } from '../provider.ts'
import { paymentSettingsOf } from '../testing/payment-settings-of.ts'
import { providerParts } from '../testing/provider-parts.ts'
import { simulatedBooks } from '../testing/simulated-books.ts'
import type { SendWebhook } from './simulated-deliveries.ts'
import { createSimulatedLedger } from './simulated-ledger.ts'
import { simulatedTokens } from './simulated-tokens.ts'

const signal = new AbortController().signal
let database: TestDatabase<unknown>
let providers: PaymentProviders
let simulated: PaymentProvider
let received: WebhookEvent[] = []
let status = 200

const receive: SendWebhook = async ({ body, signature }) => {
  const event = await simulated.parseWebhook(Buffer.from(body), () => signature, new Date())
  received.push(event)
  return status
}

async function openSimulated(): Promise<PaymentProviders> {
  const settings = paymentSettingsOf()
  const parts = { settings, database: database.kysely, now: () => new Date(), sendWebhook: receive }
  return openProviders({ ...providerParts(), ...parts })
}

const named = (opened: PaymentProviders): PaymentProvider => {
  const provider = opened.get('simulated')
  if (provider === undefined) throw new Error('the simulated provider was not opened')
  return provider
}

beforeAll(async () => {
  database = await testDatabase([
    { name: '0001_ledger', reversible: false, up: (transaction) => createSimulatedLedger(transaction) },
  ])
  providers = await openSimulated()
  simulated = named(providers)
})
afterAll(async () => {
  await providers.close()
  await database.drop()
})
beforeEach(() => {
  received = []
  status = 200
})

const fresh = (amountCents = 1_000) => {
  const orderId = randomUUID()
  return { key: `order:${orderId}:pay:1`, orderId, amountCents, currency: 'EUR' }
}
const charge = (methodToken: string, payment = fresh(), provider = simulated) =>
  provider.charge({ ...payment, methodToken, signal })
const toldOf = ({ key }: { readonly key: string }) => received.filter((event) => event.key === key)
const books = () => simulatedBooks(database.kysely)

test('fifty charges under one key, by two processes, are one charge and fifty calls', async () => {
  const second = await openSimulated()
  const payment = fresh()
  const both = [simulated, named(second)]
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => charge('tok_ok', payment, both[index % 2])),
  )
  expect(new Set(answers.map(({ providerRef }) => providerRef)).size).toBe(1)
  expect(await books().booked(payment.key)).toEqual({ charges: 1, capturedCents: 1_000, refundedCents: 0 })
  expect(await books().calls('charge', payment.key)).toBe(50)
  await second.close()
})

test('a key is for one payment: another amount under it is no answer', async () => {
  const payment = fresh()
  await charge('tok_ok', payment)
  await expect(charge('tok_ok', { ...payment, amountCents: 999 })).rejects.toMatchObject({
    name: 'ProviderUnavailable',
  })
  expect(await books().booked(payment.key)).toMatchObject({ charges: 1, capturedCents: 1_000 })
})

test('fifty refunds of 600 of 1000 under fifty keys are one, under one key too', async () => {
  const payment = fresh()
  const { providerRef } = await charge('tok_ok', payment)
  const refund = (key: string) =>
    simulated.refund({
      ...payment,
      key: `${payment.key}:${key}`,
      providerRef: String(providerRef),
      amountCents: 600,
      signal,
    })
  const different = await Promise.all(Array.from({ length: 50 }, (_, index) => refund(`refund-${index}`)))
  expect(different.filter(({ state }) => state === 'succeeded')).toHaveLength(1)
  expect(different.filter(({ failureReason }) => failureReason === 'exceeds_captured')).toHaveLength(49)

  const again = fresh()
  const paid = await charge('tok_ok', again)
  const same = await Promise.all(
    Array.from({ length: 50 }, () =>
      simulated.refund({
        ...again,
        key: `${again.key}:r`,
        providerRef: String(paid.providerRef),
        amountCents: 600,
        signal,
      }),
    ),
  )
  expect(new Set(same.map(({ providerRefundRef, state }) => `${providerRefundRef} ${state}`)).size).toBe(1)
  expect(await books().booked(again.key)).toMatchObject({ refundedCents: 600 })
})

test('webhooks are signed, told once for tok_ok, twice for tok_webhook_twice, never for tok_no_webhook', async () => {
  const [once, twice, never] = [fresh(), fresh(), fresh()]
  await charge('tok_ok', once)
  await charge('tok_webhook_twice', twice)
  expect(await charge('tok_no_webhook', never)).toMatchObject({ state: 'pending', capturedCents: 0 })
  await expect.poll(() => [toldOf(once).length, toldOf(twice).length]).toEqual([1, 2])
  expect(toldOf(once)[0]).toMatchObject({
    kind: 'payment',
    provider: 'simulated',
    orderId: once.orderId,
    payment: { state: 'captured', capturedCents: 1_000, currency: 'EUR' },
  })
  expect(new Set(toldOf(twice).map(({ id }) => id)).size).toBe(1)
  expect(await simulated.fetch(never, signal)).toMatchObject({ state: 'captured', capturedCents: 1_000 })
  const { rows } = await sql`select id from simulated_webhooks where body like ${`%${never.orderId}%`}`.execute(
    database.kysely,
  )
  expect(rows).toEqual([])
})

test('tok_webhook_first is told before it is answered', async () => {
  const payment = fresh()
  await charge('tok_webhook_first', payment)
  expect(toldOf(payment)).toHaveLength(1)
})

test('a webhook that is not taken comes again, also from another process', async () => {
  const payment = fresh()
  status = 503
  await charge('tok_ok', payment)
  await expect.poll(() => toldOf(payment).length).toBe(1)
  status = 200
  const second = await openSimulated()
  await expect.poll(() => toldOf(payment).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2)
  const delivered = async () => {
    const { rows } = await sql<{ delivered: boolean }>`
      select delivered_at is not null as delivered from simulated_webhooks
      where body like ${`%${payment.orderId}%`}`.execute(database.kysely)
    return rows
  }
  await expect.poll(delivered).toEqual([{ delivered: true }])
  await second.close()
})

test('captures of another amount or currency, disputes and refunds by hand are told as they are', async () => {
  expect(await charge('tok_wrong_amount')).toMatchObject({ state: 'captured', capturedCents: 999, currency: 'EUR' })
  expect(await charge('tok_wrong_currency')).toMatchObject({ state: 'captured', currency: 'USD' })
  const disputed = fresh()
  await charge('tok_disputed', disputed)
  await expect
    .poll(() =>
      toldOf(disputed)
        .map(({ kind }) => kind)
        .toSorted(),
    )
    .toEqual(['dispute', 'payment'])
  const paid = fresh()
  const { providerRef } = await charge('tok_ok', paid)
  expect(await providers.bank?.refundByHand(String(providerRef), 400)).toBe(true)
  const byHand = () => received.find((event) => event.kind === 'refund' && event.providerRef === providerRef)
  await expect.poll(byHand).toMatchObject({ refund: { state: 'succeeded', amountCents: 400, currency: 'EUR' } })
  const told = byHand()
  expect(told?.key).toBeUndefined()
  const providerRefundRef = told?.kind === 'refund' ? String(told.refund.providerRefundRef) : ''
  // Nobody here has a key of it, so that it is known by its reference.
  const known = {
    ...paid,
    key: 'no key of ours',
    providerRef: String(providerRef),
    amountCents: 400,
    providerRefundRef,
  }
  expect(await simulated.fetchRefund(known, signal)).toMatchObject({ state: 'succeeded', amountCents: 400 })
  expect(await simulated.fetch(paid, signal)).toMatchObject({ refundedCents: 400 })
})

test.each([
  ['tok_refund_fails', 'failed', 'failed', 0],
  ['tok_refund_pending', 'pending', 'succeeded', 600],
  ['tok_refund_pending_then_fails', 'pending', 'failed', 0],
  ['tok_refund_then_500', 'succeeded', 'succeeded', 600],
] as const)(
  'a refund of what was paid with %s is %s, and in the end %s',
  async (token, atFirst, atLast, refundedCents) => {
    const payment = fresh()
    const { providerRef } = await charge(token, payment)
    const refund = { ...payment, key: `${payment.key}:r`, providerRef: String(providerRef), amountCents: 600 }
    expect(await simulated.refund({ ...refund, signal })).toMatchObject({ state: atFirst })
    expect(await simulated.fetchRefund(refund, signal)).toMatchObject({ state: atLast })
    expect(await books().booked(payment.key)).toMatchObject({ refundedCents })
    const told = () => received.find((event) => event.key === refund.key)
    await expect.poll(told, { timeout: 15_000 }).toMatchObject({ kind: 'refund', refund: { state: atLast } })
  },
)

test('a charge that comes after its cancel stays cancelled', async () => {
  const payment = fresh()
  expect(await simulated.cancel({ ...payment, signal })).toMatchObject({ state: 'cancelled' })
  expect(await charge('tok_ok', payment)).toMatchObject({ state: 'cancelled', capturedCents: 0 })
  expect(toldOf(payment)).toEqual([])
})

test('confirming is for what waits for the customer, once', async () => {
  const payment = fresh()
  const waiting = await charge('tok_needs_action', payment)
  const reference = String(waiting.providerRef)
  expect(waiting.action?.url).toBe(`https://shop.test/api/v1/webhooks/simulated/actions/${reference}`)
  const confirmed = await Promise.all(Array.from({ length: 10 }, () => providers.bank?.confirm(reference)))
  expect(confirmed.filter(Boolean)).toHaveLength(1)
  expect(await providers.bank?.confirm('sim_of_nobody')).toBe(false)
  await expect.poll(() => toldOf(payment).length).toBe(1)
})

test('the ledger has no method token, and a token may have a tail', async () => {
  expect(simulatedTokens).toContain('tok_500_twice_then_ok')
  const payment = fresh()
  expect(await charge('tok_ok_canary5150', payment)).toMatchObject({ state: 'captured' })
  expect(await charge('canary5150')).toMatchObject({ state: 'declined', declineReason: 'invalid_method' })
  expect(await charge('tok_charged_then_500_canary5150')).toMatchObject({ state: 'captured' })
  const { rows } = await sql`
    select row_to_json(c)::text as line from simulated_charges c union all
    select row_to_json(c)::text from simulated_calls c union all
    select body from simulated_webhooks`.execute(database.kysely)
  expect(JSON.stringify(rows)).toContain(payment.key)
  expect(JSON.stringify(rows)).not.toContain('canary5150')
})

test('without secrets in the settings the ledger has one of its own, which nobody guesses', async () => {
  await expect(
    simulated.parseWebhook(Buffer.from('{}'), () => `t=${Math.floor(Date.now() / 1_000)},v1=00`, new Date()),
  ).rejects.toThrow(WebhookRefused)
  const { rows } = await sql<{ secret: string }>`select secret from simulated_secret`.execute(database.kysely)
  expect(rows.map(({ secret }) => secret)).toEqual([expect.stringMatching(/^whsec_[0-9a-f]{64}$/)])
})
