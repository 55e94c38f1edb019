import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrdersApp, type OrdersFixture, ordersFixture } from '../testing/orders-fixture.ts'
import { shopping, unitsOf } from '../testing/shopping.ts'

let fixture: OrdersFixture
let app: OrdersApp
beforeAll(async () => {
  fixture = await ordersFixture()
  app = await fixture.openApp()
})
afterAll(async () => {
  await app?.close()
  await fixture?.close()
})

test('O9: a charge that was made and answered 500 is asked for again under its key, and is one charge', async () => {
  const shop = shopping(app, await fixture.signIn())
  const draft = await shop.draft(unitsOf(fixture.catalog.addProduct({ price: 1_000 })))
  const paid = await shop.pay(draft.id, 'tok_charged_then_500', 'pay')
  expect(paid.status, await paid.clone().text()).toBe(200)
  const again = await shop.pay(draft.id, 'tok_charged_then_500', 'pay')
  expect([again.status, await again.text()]).toEqual([200, await paid.text()])

  const { rows } = await sql`
    select key, captured_cents from simulated_charges where order_id = ${draft.id}`.execute(fixture.database.kysely)
  expect(rows).toEqual([{ key: `order:${draft.id}:pay:1`, captured_cents: 1_000 }])
})
