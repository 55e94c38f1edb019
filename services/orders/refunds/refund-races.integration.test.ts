import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChargedOrder, chargedOrder, moneyOf, refundRows, unitsOf } from './testing/charged-order.ts'
import { type Answer, providerCalls, type RefundStage, refundStage } from './testing/refund-stage.ts'

let stage: RefundStage
beforeAll(async () => {
  stage = await refundStage()
})
afterAll(() => stage?.close())

const admin = 'admin:0192f0c4-5a00-7000-8000-00000000000a'

const refund = (order: ChargedOrder, body: Record<string, unknown>, key?: string): Promise<Answer> =>
  stage.send('POST', `/api/v1/orders/${order.id}/refunds`, {
    as: admin,
    body: { reason: 'as agreed', ...body },
    ...(key === undefined ? {} : { key }),
  })

const parallel = <Result>(count: number, run: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))

const seen = ({ status, body: { code } }: Answer) => (status < 300 ? `${status}` : `${status} ${code}`)

const counted = (answers: readonly Answer[]) =>
  Object.fromEntries(
    [...new Set(answers.map(seen))].map((kind) => [kind, answers.filter((answer) => seen(answer) === kind).length]),
  )

const oneOfHundred = { lines: [{ quantity: 1, unitPriceCents: 10_000 }] }

test('O6: of 10 parallel refunds of 60.00 out of 100.00 one is made, and 9 hear that 40.00 are left, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await chargedOrder(stage, oneOfHundred)
    const answers = await parallel(10, () => refund(order, { amount_cents: 6_000 }))
    expect(counted(answers)).toEqual({ '201': 1, '409 refund/exceeds-captured': 9 })
    expect(new Set(answers.map(({ body }) => body.refundable_cents))).toEqual(new Set([-1, 4_000]))
    expect(await moneyOf(stage, order.id)).toMatchObject({ captured: 10_000, refunded: 6_000, given: 6_000 })
  }
})

test('O6: 10 parallel refunds with one key are one refund and one call of the provider, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await chargedOrder(stage, oneOfHundred)
    const answers = await parallel(10, () => refund(order, { amount_cents: 6_000 }, `one key ${order.id}`))
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(made.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
    const others = answers.filter(({ status }) => status !== 201).map(seen)
    expect(others.every((answer) => answer === '409 idempotency/in-progress')).toBe(true)
    await expect.poll(() => refundRows(stage, order.id), { timeout: 10_000 }).toMatchObject([{ status: 'succeeded' }])
    expect(await providerCalls(stage.kysely, 'refund', order.paymentKey)).toBe(1)
  }
})

test('O6: 100 random sequences of refunds, of ours, by hand, failed and pending, never give back more than captured', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ by: fc.constant('admin'), cents: fc.integer({ min: 1, max: 9_000 }) }) },
    { weight: 1, arbitrary: fc.record({ by: fc.constant('hand'), cents: fc.integer({ min: 1, max: 5_000 }) }) },
  )
  const sequence = fc.record({
    refunds: fc.constantFrom('succeed', 'fail', 'pend', 'pend_then_fail', 'succeed_then_500'),
    steps: fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(sequence, async ({ refunds, steps }) => {
      const order = await chargedOrder(stage, { ...oneOfHundred, refunds })
      for (const together of steps) {
        const answers = together.map(({ by, cents }) =>
          by === 'hand'
            ? stage.providers.bank?.refundByHand(order.providerRef, cents).catch(() => 'too much')
            : refund(order, { amount_cents: cents }).then(seen),
        )
        for (const answer of await Promise.all(answers)) {
          expect(['201', '409 refund/exceeds-captured', true, 'too much']).toContain(answer)
        }
        const money = await moneyOf(stage, order.id)
        expect(money?.given).toBe(money?.refunded)
        expect(money?.refunded).toBeLessThanOrEqual(10_000)
      }
    }),
    { numRuns: 100 },
  )
  const drifted = () =>
    sql<{ id: string; ours: number; theirs: number }>`
    select p.order_id as id, p.refunded_cents as ours, c.refunded_cents as theirs
    from payments p join simulated_charges c on c.reference = p.provider_ref
    where p.refunded_cents <> c.refunded_cents
      or exists (select from refunds r where r.payment_id = p.id and r.status = 'pending')`.execute(stage.kysely)
  await expect.poll(async () => (await drifted()).rows, { timeout: 90_000, interval: 500 }).toEqual([])
}, 180_000)

test('O23: of 10 parallel refunds of 2 units out of 5 two are made, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await chargedOrder(stage, { lines: [{ quantity: 5, unitPriceCents: 100, taxCents: 77 }] })
    const [line] = order.lines
    const lines = (quantity: number) => ({ lines: [{ order_item_id: line?.id, quantity }] })
    const answers = await parallel(10, () => refund(order, lines(2)))
    expect(counted(answers)).toEqual({ '201': 2, '409 refund/exceeds-units': 8 })
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.errors).toMatchObject([{ pointer: '/lines/0/quantity', refundable_quantity: 1 }])
    expect(seen(await refund(order, lines(1)))).toBe('201')
    expect(await unitsOf(stage, line?.id ?? '')).toEqual({ shipped: 0, refunded: 5, returned: 0 })
    expect(await moneyOf(stage, order.id)).toMatchObject({ captured: 577, refunded: 577, given: 577, status: 'paid' })
  }
})

test('O23: of 10 parallel refunds of the shipping one is made, 20 rounds', async () => {
  for (let round = 0; round < 20; round += 1) {
    const order = await chargedOrder(stage, { ...oneOfHundred, shippingCents: 490 })
    const answers = await parallel(10, () => refund(order, { shipping: true }))
    expect(counted(answers)).toEqual({ '201': 1, '409 refund/shipping-refunded': 9 })
    expect(await moneyOf(stage, order.id)).toMatchObject({ captured: 10_490, refunded: 490, given: 490 })
  }
})

test('O23: while refunds fail, units and money that were given back are refunded again, and never twice', async () => {
  const orders = await parallel(20, () =>
    chargedOrder(stage, { lines: [{ quantity: 3, unitPriceCents: 100, taxCents: 10 }], refunds: 'fail' }),
  )
  for (const order of orders) {
    const [line] = order.lines
    const answers = await parallel(6, () => refund(order, { lines: [{ order_item_id: line?.id, quantity: 1 }] }))
    expect(answers.every((answer) => ['201', '409 refund/exceeds-units'].includes(seen(answer)))).toBe(true)
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(3)
  }
  for (const order of orders) {
    await expect.poll(() => moneyOf(stage, order.id), { timeout: 20_000 }).toMatchObject({ refunded: 0, given: 0 })
    expect(await unitsOf(stage, order.lines[0]?.id ?? '')).toEqual({ shipped: 0, refunded: 0, returned: 0 })
    expect(await moneyOf(stage, order.id)).toMatchObject({ payment_status: 'paid' })
  }
})
