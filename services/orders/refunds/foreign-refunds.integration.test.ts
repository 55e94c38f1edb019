import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { applyPayment } from '../pay/apply-payment.ts'
import { bySystem } from '../status/move-order.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { chargedOrder, moneyOf, refundRows } from './testing/charged-order.ts'
import { openRefunds } from './testing/open-refunds.ts'

const { stage, calls } = await openRefunds()

const slowly = { timeout: 20_000 }
const hundred = { lines: [{ quantity: 1, unitPriceCents: 10_000 }] }

test('O24: a refund made by hand at the provider is recorded once, and the payment status follows', async () => {
  const order = await chargedOrder(stage, hundred)
  expect(await stage.providers.bank?.refundByHand(order.providerRef, 4_000)).toBe(true)
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  expect(await refundRows(stage, order.id)).toMatchObject([{ status: 'succeeded', amount: 4_000 }])
  expect(await calls.orderRow(order.id)).toMatchObject({ status: 'paid', payment_status: 'partially_refunded' })
  expect(await calls.creditNotesOf(order.id)).toMatchObject([{ total: 4_000 }])
  expect((await calls.refund(order, { amount_cents: 6_001 })).body.refundable_cents).toBe(6_000)

  expect(await stage.providers.bank?.refundByHand(order.providerRef, 6_000)).toBe(true)
  await expect.poll(async () => (await calls.orderRow(order.id))?.payment_status, slowly).toBe('refunded')
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 10_000, given: 10_000 })
})

/** As Stripe tells of one refund in several events, which several processes may apply at once. */
test('O24: 10 events of one foreign refund, in any order and at once, are one refund, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await chargedOrder(stage, hundred)
    const reference = `re_${randomUUID()}`
    const told = (state: string) => ({
      kind: 'refund',
      providerRef: order.providerRef,
      refund: { providerRefundRef: reference, state, amountCents: 4_000, currency: 'EUR' },
    })
    const events = await Promise.all(
      Array.from({ length: 10 }, (_, index) => calls.tell(told(index % 3 === 0 ? 'pending' : 'succeeded'))),
    )
    await stage.applyDue()
    await expect
      .poll(async () => new Set((await Promise.all(events.map(calls.webhook))).map((row) => row?.state)), slowly)
      .toEqual(new Set(['applied']))
    const attempts = (await Promise.all(events.map(calls.webhook))).map((row) => row?.attempts)
    expect(attempts).toEqual(events.map(() => 1))
    expect(await refundRows(stage, order.id)).toMatchObject([{ status: 'succeeded', amount: 4_000 }])
    expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 4_000, given: 4_000 })
    const published = (await calls.eventsOf(order.id)).filter(({ type }) => type === 'order.refunded.v1')
    expect([published.length, (await calls.creditNotesOf(order.id)).length]).toEqual([1, 1])
  }
})

test('O24: one that is told by our payment’s key only, as PayPal does, is found too', async () => {
  const order = await chargedOrder(stage, hundred)
  const refund = { providerRefundRef: `re_${randomUUID()}`, state: 'succeeded', amountCents: 100, currency: 'EUR' }
  await calls.tell({ kind: 'refund', key: order.paymentKey, refund })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
})

test('O24: a refund that is told before its payment is kept, and applied once the payment is there', async () => {
  const order = await paidOrder(stage.kysely, { status: 'pending' })
  const paymentId = randomUUID()
  const providerRef = `ref_${paymentId}`
  const refund = { providerRefundRef: `re_${randomUUID()}`, state: 'succeeded', amountCents: 500, currency: 'EUR' }
  const eventId = await calls.tell({ kind: 'refund', providerRef, orderId: order.id, refund })
  await expect.poll(async () => (await calls.webhook(eventId))?.attempts, slowly).toBe(1)
  expect(await calls.webhook(eventId)).toMatchObject({
    state: 'received',
    last_error: 'its payment is not captured here',
  })

  await sql`
    insert into payments (id, order_id, attempt, provider, provider_key, amount_cents, currency, status)
    values (${paymentId}, ${order.id}, 1, 'simulated', ${`order:${order.id}:pay:1`}, ${order.totalCents}, 'EUR',
      'created')`.execute(stage.kysely)
  await sql`update webhook_events set next_run_at = now() where event_id = ${eventId}`.execute(stage.kysely)
  await expect.poll(async () => (await calls.webhook(eventId))?.attempts, slowly).toBe(2)
  const told = { providerRef, state: 'captured', capturedCents: order.totalCents, currency: 'EUR' } as const
  const payment = { id: paymentId, orderId: order.id, status: 'created', capturedCents: 0 } as const
  const origin = bySystem({ requestId: 'test' })
  await stage.kysely
    .transaction()
    .execute((transaction) => applyPayment(transaction, stage.parts, { payment, told, origin }))
  await sql`update webhook_events set next_run_at = now() where event_id = ${eventId}`.execute(stage.kysely)
  await expect.poll(async () => (await calls.webhook(eventId))?.state, slowly).toBe('applied')
  expect(await calls.orderRow(order.id)).toMatchObject({ payment_status: 'partially_refunded' })
  expect(await moneyOf(stage, order.id)).toMatchObject({ captured: 5_000, refunded: 500, given: 500 })
})

test('O24: more than is left waits for our refund that the provider will refuse', async () => {
  const order = await chargedOrder(stage, { ...hundred, refunds: 'pend_then_fail' })
  await calls.refund(order, { amount_cents: 6_000 })
  const refund = { providerRefundRef: `re_${randomUUID()}`, state: 'succeeded', amountCents: 6_000, currency: 'EUR' }
  const eventId = await calls.tell({ kind: 'refund', providerRef: order.providerRef, refund })
  await expect
    .poll(async () => (await calls.webhook(eventId))?.last_error, slowly)
    .toBe('more than is left of its payment')
  await expect.poll(async () => (await calls.webhook(eventId))?.state, slowly).toBe('applied')
  expect((await refundRows(stage, order.id)).map(({ status }) => status)).toEqual(['failed', 'succeeded'])
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 6_000, given: 6_000 })
})

test('a refund of money that no order wanted is told in its own currency, without a credit note: it had no invoice', async () => {
  const order = await chargedOrder(stage, hundred)
  const reference = `ref_${randomUUID()}`
  await sql`
    insert into payments (id, order_id, attempt, provider, provider_key, provider_ref, amount_cents, currency,
      captured_cents, status)
    values (${randomUUID()}, ${order.id}, 2, 'simulated', ${`order:${order.id}:pay:2`}, ${reference}, 10000, 'USD', 10000,
      'surplus')`.execute(stage.kysely)
  const refund = { providerRefundRef: `re_${randomUUID()}`, state: 'succeeded', amountCents: 10_000, currency: 'USD' }
  await calls.tell({ kind: 'refund', providerRef: reference, refund })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  expect(await calls.creditNotesOf(order.id)).toEqual([])
  const told = (await calls.eventsOf(order.id)).find(({ type }) => type === 'order.refunded.v1')
  expect(told?.data).toMatchObject({ amount_cents: 10_000, refund_currency: 'USD', currency: 'EUR' })
})

test('O24: a dispute puts the order on hold and is an error line, told again it changes nothing', async () => {
  const order = await chargedOrder(stage, hundred)
  const dispute = { kind: 'dispute', providerRef: order.providerRef, disputeRef: 'dp_1' }
  const events = [await calls.tell(dispute), await calls.tell(dispute)]
  for (const event of events) {
    await expect.poll(async () => (await calls.webhook(event))?.state, slowly).toBe('applied')
  }
  expect(await calls.orderRow(order.id)).toMatchObject({ on_hold: 'dispute', status: 'paid', version: 2 })
  const line = stage.lines().find(({ order_id, level }) => order_id === order.id && level === 'ERROR')
  expect(line).toMatchObject({ dispute_ref: 'dp_1', message: 'a payment is disputed: somebody has to look at it' })
})

test('a dispute about a payment that nobody knows is kept', async () => {
  const eventId = await calls.tell({ kind: 'dispute', providerRef: 'ref_foreign', disputeRef: 'dp_2' })
  await expect.poll(async () => (await calls.webhook(eventId))?.attempts, slowly).toBe(1)
  expect(await calls.webhook(eventId)).toMatchObject({
    state: 'received',
    last_error: 'its payment is not captured here',
  })
})
