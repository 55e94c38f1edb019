import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'

const stage = ordersStage()

test('O9: a charge that was made and answered 500 is asked for again under its key, and is one charge', async () => {
  const { shop } = stage
  const draft = await shop.draft(unitsOf(stage.catalog.addProduct({ price: 1_000 })))
  const paid = await shop.pay(draft.id, 'tok_charged_then_500', 'pay')
  expect(paid.status, await paid.clone().text()).toBe(200)
  const again = await shop.pay(draft.id, 'tok_charged_then_500', 'pay')
  expect([again.status, await again.text()]).toEqual([200, await paid.text()])

  const { rows } = await sql`
    select key, captured_cents from simulated_charges where order_id = ${draft.id}`.execute(
    stage.fixture.database.kysely,
  )
  expect(rows).toEqual([{ key: `order:${draft.id}:pay:1`, captured_cents: 1_000 }])
})
