import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { orderStatuses } from '../status/transitions.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { sendRefundTask } from './refund-tasks.ts'
import { chargedOrder, moneyOf, refundRows, unitsOf } from './testing/charged-order.ts'
import { openRefunds } from './testing/open-refunds.ts'
import { providerCalls } from './testing/refund-stage.ts'

const { stage, calls } = await openRefunds()

const slowly = { timeout: 15_000 }

/** 3 × 10.00 with a tax of 1.00, and 4.90 for the shipping. */
const three = { lines: [{ quantity: 3, unitPriceCents: 1_000, taxCents: 100 }], shippingCents: 490 }

test('a refund is pending at once, and succeeded with credit note and event once the provider has made it', async () => {
  const order = await chargedOrder(stage, three)
  const answer = await calls.refund(order, { ...calls.units(order, 1), shipping: true })
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `/api/v1/orders/${order.id}/refunds`])
  expect(answer.body).toMatchObject({
    payment_id: order.paymentId,
    status: 'pending',
    amount_cents: 1_523,
    shipping_cents: 490,
    lines: [{ order_item_id: order.lines[0]?.id, quantity: 1, amount_cents: 1_033, restock: false }],
  })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  expect(await calls.orderRow(order.id)).toMatchObject({
    status: 'paid',
    payment_status: 'partially_refunded',
    version: 3,
  })
  expect(await calls.creditNotesOf(order.id)).toMatchObject([{ total: 1_523, lines: 1, tax: 33 }])
  const told = (await calls.eventsOf(order.id)).filter(({ type }) => type === 'order.refunded.v1')
  expect(told.map(({ data }) => data)).toMatchObject([
    { refund_id: answer.body.id, amount_cents: 1_523, payment_status: 'partially_refunded', status: 'paid' },
  ])

  expect((await calls.refund(order, { ...calls.units(order, 2) })).body.amount_cents).toBe(2_067)
  await expect.poll(async () => (await calls.orderRow(order.id))?.payment_status, slowly).toBe('refunded')
  // All of it is back, and the order is none that was cancelled.
  expect(await moneyOf(stage, order.id)).toMatchObject({ captured: 3_590, refunded: 3_590, status: 'paid' })
})

test('the key at the provider is the payment’s with the refund’s id, and fits every provider', async () => {
  const order = await chargedOrder(stage, three)
  const { body } = await calls.refund(order, { amount_cents: 1 })
  const key = `${order.paymentKey}:refund:${body.id.replaceAll('-', '')}`
  await expect.poll(() => providerCalls(stage.kysely, 'refund', key), slowly).toBe(1)
  expect(key.length).toBeLessThanOrEqual(90)
})

test('O23: a failed refund gives its amount, its units and its shipping back, and somebody hears of it', async () => {
  const order = await chargedOrder(stage, { ...three, refunds: 'fail' })
  const wish = { ...calls.units(order, 3), shipping: true }
  const { body } = await calls.refund(order, wish)
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('failed')
  expect(await refundRows(stage, order.id)).toMatchObject([{ failure: 'refused_by_bank', amount: 3_590 }])
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 0, given: 0, payment_status: 'paid' })
  expect(await unitsOf(stage, order.lines[0]?.id ?? '')).toEqual({ shipped: 0, refunded: 0, returned: 0 })
  expect(await calls.creditNotesOf(order.id)).toEqual([])
  expect((await calls.eventsOf(order.id)).map(({ type }) => type)).not.toContain('order.refunded.v1')
  expect(stage.lines().find(({ refund_id, level }) => refund_id === body.id && level === 'ERROR')).toBeDefined()
  expect((await calls.refund(order, wish)).body).toMatchObject({ status: 'pending', amount_cents: 3_590 })
})

test('O23: a refund that waits counts, and is asked for until it is decided', async () => {
  const order = await chargedOrder(stage, { lines: [{ quantity: 1, unitPriceCents: 10_000 }], refunds: 'pend' })
  await calls.refund(order, { amount_cents: 6_000 })
  const second = await calls.refund(order, { amount_cents: 6_000 })
  expect(second).toMatchObject({ status: 409, body: { code: 'refund/exceeds-captured', refundable_cents: 4_000 } })
  // By the webhook, which comes a second later; the watching task is there for the one that never comes.
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  const { rows } = await sql`
    select kind from order_tasks where order_id = ${order.id} and kind = 'watch_refund'`.execute(stage.kysely)
  expect(rows).toHaveLength(1)
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 6_000, payment_status: 'partially_refunded' })
})

test('a refund whose webhook never comes is found by asking', async () => {
  const order = await chargedOrder(stage, { ...three, refunds: 'pend' })
  const { body } = await calls.refund(order, { amount_cents: 100 })
  const watching = () =>
    sql<{ key: string }>`
    select key from order_tasks where key = ${`watch:${body.id}`} and state = 'due'`.execute(stage.kysely)
  // It has gone astray, and the task's time has come.
  await expect.poll(async () => (await watching()).rows.length, slowly).toBe(1)
  await sql`update simulated_webhooks set delivered_at = now() where delivered_at is null`.execute(stage.kysely)
  await sql`update order_tasks set next_run_at = now() where key = ${`watch:${body.id}`}`.execute(stage.kysely)
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
})

test('a refund whose answer was lost is asked for, and not made twice', async () => {
  const order = await chargedOrder(stage, { ...three, refunds: 'succeed_then_500' })
  await calls.refund(order, { amount_cents: 100 })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  const { rows } = await sql<{ count: number; refunded: number }>`
    select count(*) as count, max(c.refunded_cents) as refunded
    from simulated_refunds r join simulated_charges c on c.reference = r.charge_reference
    where r.charge_reference = ${order.providerRef}`.execute(stage.kysely)
  expect(rows).toEqual([{ count: 1, refunded: 100 }])
})

test('a refund that may have been sent before is asked for first, and not sent again', async () => {
  const provider = stage.providers.get('simulated')
  if (provider === undefined) throw new Error('there is no simulated provider')
  const sent: string[] = []
  const order = await chargedOrder(stage, { ...three, refunds: 'pend' })
  const { body } = await calls.refund(order, { amount_cents: 100 })
  await expect.poll(() => providerCalls(stage.kysely, 'refund', order.paymentKey), slowly).toBe(1)
  const send = sendRefundTask({
    ...stage.parts,
    database: stage.kysely,
    providerOf: () => ({
      ...provider,
      async refund({ key }) {
        sent.push(key)
        throw new Error('not again')
      },
    }),
  })
  const task = { id: 0, kind: 'send_refund', key: 'k', orderId: order.id, cause: { requestId: 'test' } }
  const again = { ...task, attempts: 2, data: { refund_id: body.id } }
  expect(await send(again, AbortSignal.timeout(5_000))).toBe('done')
  expect(sent).toEqual([])
  expect(await calls.lastStatus(order.id)).toBe('succeeded')
})

test('a bank that takes a refund back: the money is refundable again, and a person has to look at the order', async () => {
  const order = await chargedOrder(stage, three)
  const { body } = await calls.refund(order, { amount_cents: 500 })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  const key = `${order.paymentKey}:refund:${body.id.replaceAll('-', '')}`
  const told = { amountCents: 500, currency: 'EUR', providerRefundRef: null, failureReason: 'account_closed' }
  await calls.tell({ kind: 'refund', key, refund: { ...told, state: 'failed' } })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('failed')
  expect(await calls.orderRow(order.id)).toMatchObject({ payment_status: 'paid', on_hold: 'refund_failed' })
  expect(await moneyOf(stage, order.id)).toMatchObject({ refunded: 0, given: 0 })
  // A success that was late on its way changes nothing.
  const late = await calls.tell({ kind: 'refund', key, refund: { ...told, state: 'succeeded' } })
  await expect.poll(async () => (await calls.webhook(late))?.state, slowly).toBe('applied')
  expect(await calls.lastStatus(order.id)).toBe('failed')
})

test.each(orderStatuses)(
  'O11: the row refund of the table, where no money waits, for an order that is %s',
  async (status) => {
    const paid = ['paid', 'processing', 'shipped', 'delivered'].includes(status)
    const order = paid ? await chargedOrder(stage, { status }) : await paidOrder(stage.kysely, { status })
    const answer = await calls.refund(order, { amount_cents: 100 })
    if (paid) return expect(answer.status).toBe(201)
    if (status === 'cancelled' || status === 'expired') {
      return expect(answer.body).toMatchObject({ code: 'refund/exceeds-captured', refundable_cents: 0 })
    }
    expect(answer.body).toMatchObject({ code: 'order/invalid-transition', from: status, action: 'refund' })
  },
)

test('O21: money that is not what was asked for can be refunded, though its order is pending', async () => {
  const order = await paidOrder(stage.kysely, { status: 'pending', onHoldReason: 'amount_mismatch' })
  const add = (status: string, attempt: number) =>
    sql`
    insert into payments (id, order_id, attempt, provider, provider_key, provider_ref, amount_cents, currency,
      captured_cents, status)
    values (${randomUUID()}, ${order.id}, ${attempt}, 'simulated', ${`order:${order.id}:pay:${attempt}`},
      ${`ref_${order.id}_${attempt}`}, 5000, 'USD', 4999, ${status})`.execute(stage.kysely)
  await add('captured', 1)
  expect((await calls.refund(order, { amount_cents: 1 })).body.code).toBe('order/invalid-transition')
  await add('mismatched', 2)
  expect((await calls.refund(order, calls.units(order, 1))).status).toBe(409)
  expect((await calls.refund(order, { amount_cents: 5_000 })).body.refundable_cents).toBe(4_999)
  expect((await calls.refund(order, { amount_cents: 4_999 })).body).toMatchObject({
    currency: 'USD',
    status: 'pending',
  })
})

test('what is left of a cancelled order, whose refund failed, goes back by amount and not by units', async () => {
  const order = await chargedOrder(stage, { status: 'cancelled', captured: true })
  expect((await calls.refund(order, calls.units(order, 1))).body.code).toBe('refund/exceeds-units')
  expect((await calls.refund(order, { amount_cents: order.totalCents })).status).toBe(201)
  await expect.poll(async () => (await calls.orderRow(order.id))?.payment_status, slowly).toBe('refunded')
  expect((await calls.orderRow(order.id))?.status).toBe('cancelled')
})

test('O33: a refund leaves one line with who, what was there before, and by which request', async () => {
  const order = await chargedOrder(stage, three)
  const as = `admin:${randomUUID()}`
  const body = { ...calls.units(order, 1), reason: 'broken' }
  const path = `/api/v1/orders/${order.id}/refunds`
  const answer = await stage.send('POST', path, { as, key: 'k', body })
  const again = await stage.send('POST', path, { as, key: 'k', body })
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  const { rows } = await sql`
    select actor, action, before, after, request_id from audit_logs where order_id = ${order.id}`.execute(stage.kysely)
  expect(rows).toMatchObject([
    {
      actor: as,
      action: 'refund_created',
      before: { payment_id: order.paymentId, refundable_cents: 3_590 },
      after: { refund_id: answer.body.id, amount_cents: 1_033, refundable_cents: 2_557 },
      request_id: answer.headers.get('x-request-id'),
    },
  ])
})

test('a key whose answer is forgotten is not another refund', async () => {
  const order = await chargedOrder(stage, three)
  const wish = { as: 'admin:0192f0c4-5a00-7000-8000-00000000000a', key: 'k', body: { amount_cents: 1, reason: 'x' } }
  const path = `/api/v1/orders/${order.id}/refunds`
  expect((await stage.send('POST', path, wish)).status).toBe(201)
  await sql`delete from idempotency_keys where key = 'k'`.execute(stage.kysely)
  expect((await stage.send('POST', path, wish)).body.code).toBe('idempotency/mismatch')
  expect(await refundRows(stage, order.id)).toHaveLength(1)
})

const item = { order_item_id: randomUUID(), quantity: 1 }
test.each([
  ['nothing to refund', {}, '/amount_cents'],
  ['an amount beside lines', { amount_cents: 1, lines: [item] }, '/amount_cents'],
  ['no amount', { amount_cents: 0 }, '/amount_cents'],
  ['a part of a cent', { amount_cents: 1.5 }, '/amount_cents'],
  ['no lines', { lines: [] }, '/lines'],
  ['no unit', { lines: [{ ...item, quantity: 0 }] }, '/lines/0/quantity'],
  ['a line twice', { lines: [item, item] }, '/lines/1/order_item_id'],
  ['a line of another order', { lines: [item] }, '/lines/0/order_item_id'],
  ['an empty reason', { amount_cents: 1, reason: '' }, '/reason'],
  ['a reason of spaces', { amount_cents: 1, reason: '   ' }, '/reason'],
  ['a reason of two lines', { amount_cents: 1, reason: 'a\r\nBcc: x@y' }, '/reason'],
  ['a reason that turns the direction', { amount_cents: 1, reason: 'agreed \u202e999' }, '/reason'],
  ['a currency', { amount_cents: 1, currency: 'USD' }, '/currency'],
])('a refund with %s is refused', async (_, body, pointer) => {
  const answer = await calls.refund(await paidOrder(stage.kysely), body)
  expect(answer.status).toBe(422)
  expect(answer.body.errors).toMatchObject([{ pointer }])
})

test('of an order that cost nothing, and of one that is not there, nothing goes back', async () => {
  const free = await paidOrder(stage.kysely, { provider: 'none', lines: [{ quantity: 1, unitPriceCents: 0 }] })
  expect((await calls.refund(free, calls.units(free, 1))).body.errors).toMatchObject([{ code: 'nothing_paid' }])
  expect((await calls.refund(free, { amount_cents: 1 })).body.refundable_cents).toBe(0)
  expect((await calls.refund({ id: randomUUID() }, { amount_cents: 1 })).status).toBe(404)
  const owner = await stage.send('POST', `/api/v1/orders/${free.id}/refunds`, { as: free.userId, body: {} })
  expect(owner.status).toBe(403)
})
