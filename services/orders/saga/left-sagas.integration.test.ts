import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'

const stage = ordersStage()

const sagaOf = async (orderId: string) => {
  const { rows } = await sql`
    select step, lease, charged_at is not null as charged from order_sagas where order_id = ${orderId}`.execute(
    stage.fixture.database.kysely,
  )
  return rows[0]
}

test('O5: that the provider is asked is written down before, and the customer’s repeat goes on from there', async () => {
  const { shop } = stage
  const draft = await shop.draft(unitsOf(stage.catalog.addProduct()))
  expect((await shop.pay(draft.id, 'tok_500_twice_then_ok', 'pay')).status).toBe(503)
  expect(await sagaOf(draft.id)).toEqual({ step: 'charge', lease: null, charged: true })
  expect((await shop.pay(draft.id, 'tok_500_twice_then_ok', 'pay')).status).toBe(200)
  expect(await shop.read(draft.id)).toMatchObject({ status: 'paid', payments: [{ attempt: 1, status: 'captured' }] })
})

test('O5: a payment whose customer never comes back is brought to its end all the same', async () => {
  const { catalog, shop } = stage
  const { database } = stage.fixture
  const draft = await shop.draft(unitsOf(catalog.addProduct()))
  catalog.disturb(({ path }) => (path === '/api/v1/inventory/commit' ? 'reset' : undefined))
  expect((await shop.pay(draft.id)).status).toBe(503)
  expect(await sagaOf(draft.id)).toEqual({ step: 'commit', lease: null, charged: true })
  catalog.disturb(() => undefined)

  await sql`update order_sagas set next_run_at = now() where order_id = ${draft.id}`.execute(database.kysely)
  const found = async () => (await shop.read(draft.id)).status
  await expect.poll(found, { timeout: 10_000 }).toBe('paid')
  expect(await sagaOf(draft.id)).toMatchObject({ step: 'done' })
})
