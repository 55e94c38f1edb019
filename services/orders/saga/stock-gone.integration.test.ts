import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { problemOf } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'

const stage = ordersStage()

test('O5: where the stock is gone once the money is there, all of it goes back once, and the order is cancelled', async () => {
  const { catalog, shop } = stage
  const { database } = stage.fixture
  const draft = await shop.draft(unitsOf(catalog.addProduct({ price: 1_000 }), 3))
  const closed = { status: 409, json: { code: 'inventory/reservation-closed', state: 'expired' } } as const
  catalog.disturb(({ path }) => (path === '/api/v1/inventory/commit' ? closed : undefined))

  const key = 'pay'
  const refused = await shop.pay(draft.id, 'tok_ok', key)
  expect(refused.status).toBe(409)
  expect(await problemOf(refused)).toMatchObject({ code: 'inventory/insufficient' })
  expect((await shop.pay(draft.id, 'tok_ok', key)).status).toBe(409)

  const books = async () => {
    const { rows } = await sql`
      select captured_cents, refunded_cents from simulated_charges where order_id = ${draft.id}`.execute(
      database.kysely,
    )
    return rows
  }
  await expect.poll(books, { timeout: 10_000 }).toEqual([{ captured_cents: 3_000, refunded_cents: 3_000 }])
  await expect
    .poll(() => shop.read(draft.id), { timeout: 10_000 })
    .toMatchObject({
      status: 'cancelled',
      payment_status: 'refunded',
      refunds: [{ amount_cents: 3_000, status: 'succeeded' }],
      history: [{ to: 'cancelled', reason: 'out_of_stock' }, { to: 'pending' }, { to: 'draft' }],
    })
})
