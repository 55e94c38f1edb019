import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { expect, test } from 'vitest'
import { applyPayment } from '../pay/apply-payment.ts'
import { paymentsOfOrder } from '../pay/payment-store.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem } from '../status/move-order.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'
import { confirmOrder, reopenOrder, undoPayment } from './confirm-order.ts'
import { advanceSaga, claimSagas, type LeasedSaga, LeaseLost, leaveSaga, readSaga } from './saga-store.ts'

const stage = ordersStage()
const kysely = () => stage.fixture.database.kysely
const origin = bySystem({ requestId: 'test' })
const parts = {
  seller: { name: 'Shop', address_lines: ['Street 1'], country: 'DE', tax_id: 'DE1' },
  newId: () => randomUUID(),
  now: () => new Date(),
}

/** A payment that its provider decides, or whose customer has to agree. Nobody works on it, and it is not due. */
async function waiting(): Promise<string> {
  const { id } = await stage.shop.draft(unitsOf(stage.catalog.addProduct({ price: 1_000 })))
  expect((await stage.shop.pay(id, 'tok_needs_action')).status).toBe(202)
  return id
}

/** Taken by us alone: the app's own poller is too late. */
async function claim(orderId: string) {
  await sql`update order_sagas set next_run_at = '2000-01-01' where order_id = ${orderId}`.execute(kysely())
  const claimed = await claimSagas(kysely(), 10)
  const saga = claimed.find((one) => one.orderId === orderId)
  if (saga === undefined) throw new Error('somebody else has it')
  return saga
}

async function tellCaptured(orderId: string): Promise<void> {
  const [payment] = await paymentsOfOrder(kysely(), orderId)
  if (payment === undefined) throw new Error('the order has no payment')
  const told = { providerRef: payment.providerRef, state: 'captured', capturedCents: 1_000, currency: 'EUR' } as const
  await kysely()
    .transaction()
    .execute((transaction) => applyPayment(transaction, parts, { payment, told, origin }))
}

const dueIn = async (orderId: string) => {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from next_run_at - now())::integer as seconds from order_sagas
    where order_id = ${orderId}`.execute(kysely())
  return rows[0]?.seconds ?? Number.NaN
}

test('O5: what a webhook tells while somebody has the payment is not put off by who leaves it', async () => {
  const id = await waiting()
  await stage.app.close()
  const saga = await claim(id)
  await tellCaptured(id)
  await leaveSaga(kysely(), saga, { seconds: 300 })
  expect(await dueIn(id)).toBeLessThanOrEqual(0)

  const undisturbed = await claim(id)
  await leaveSaga(kysely(), undisturbed, { seconds: 300 })
  expect(await dueIn(id)).toBeGreaterThan(290)
})

test('O5: what a webhook tells before the charge is not taken back by who is about to charge', async () => {
  const id = await waiting()
  await stage.app.close()
  await sql`update order_sagas set step = 'charge' where order_id = ${id}`.execute(kysely())
  const saga = await claim(id)
  const charging = await advanceSaga(kysely(), saga, { step: 'charge', charging: true })
  expect(charging).toMatchObject({ step: 'charge', charging: true })

  await tellCaptured(id)
  const turned = await advanceSaga(kysely(), saga, { step: 'charge', charging: true })
  expect(turned.step).toBe('commit')
  expect(turned.charging).toBeUndefined()
  expect(await readSaga(kysely(), saga)).toMatchObject({ step: 'commit', turns: saga.turns + 1 })
})

type End = (transaction: Transaction<OrdersTables>, saga: LeasedSaga) => Promise<void>
const ends: readonly (readonly [string, End])[] = [
  ['confirms', (transaction, saga) => confirmOrder(transaction, parts, { saga, origin })],
  ['gives the money back', (transaction, saga) => undoPayment(transaction, parts, { saga, origin })],
  ['opens the order again', (transaction, saga) => reopenOrder(transaction, { saga, origin })],
]

test.each(ends)('O5: who has lost the lease decides nothing any more, also where it %s', async (_, end) => {
  const id = await waiting()
  await stage.app.close()
  const saga = await claim(id)
  await tellCaptured(id)
  await sql`update order_sagas set locked_until = now() where order_id = ${id}`.execute(kysely())
  const taken = await claim(id)
  const run = (leased: LeasedSaga) =>
    kysely()
      .transaction()
      .execute((transaction) => end(transaction, leased))
  await expect(run(saga)).rejects.toBeInstanceOf(LeaseLost)
  const { rows } = await sql`
    select o.status, (select count(*) from refunds where order_id = o.id) as refunds
    from orders o where id = ${id}`.execute(kysely())
  expect(rows).toEqual([{ status: 'pending', refunds: 0 }])
  await run(taken)
})
