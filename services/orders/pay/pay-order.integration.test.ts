import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { orderSchema } from '../order-contract.ts'
import { problemOf } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { ordersPath, unitsOf } from '../testing/shopping.ts'
import { testAddress } from '../testing/test-address.ts'

const stage = ordersStage()

const chargesOf = async (orderId: string) => {
  const { rows } = await sql<{ key: string; state: string; captured_cents: number }>`
    select key, state, captured_cents from simulated_charges where order_id = ${orderId}`.execute(
    stage.fixture.database.kysely,
  )
  return rows
}

test('a paid order was held, charged and sold, in this order, and has its invoice', async () => {
  const pan = stage.catalog.addProduct({ price: 1_999 })
  const draft = await stage.shop.draft(unitsOf(pan, 2))
  expect(draft).toMatchObject({ status: 'draft', payment_status: 'unpaid', total_cents: 3_998 })
  expect(stage.catalog.held(pan.id)).toBe(0)

  const response = await stage.shop.pay(draft.id)
  expect(response.status, await response.clone().text()).toBe(200)
  const paid = orderSchema.parse(await response.json())
  expect(paid).toMatchObject({
    status: 'paid',
    payment_status: 'paid',
    payments: [{ attempt: 1, provider: 'simulated', status: 'captured', captured_cents: 3_998 }],
    history: [{ from: 'pending', to: 'paid' }, { from: 'draft', to: 'pending' }, { to: 'draft' }],
  })
  const hold = stage.catalog.holds.get(`order:${draft.id}:hold:1`)
  expect(hold?.state).toBe('committed')
  expect(await chargesOf(draft.id)).toMatchObject([{ key: `order:${draft.id}:pay:1`, captured_cents: 3_998 }])
  const { rows } = await sql`select series, number from invoices where order_id = ${draft.id}`.execute(
    stage.fixture.database.kysely,
  )
  expect(rows).toHaveLength(1)
})

test('a declined payment is answered 402 and leaves the hold, and the next attempt pays', async () => {
  const draft = await stage.shop.draft(unitsOf(stage.catalog.addProduct()))
  const declined = await stage.shop.pay(draft.id, 'tok_declined')
  expect(declined.status).toBe(402)
  expect(await problemOf(declined)).toMatchObject({ code: 'payment/declined', reason: 'card_declined' })
  expect((await stage.shop.read(draft.id)).status).toBe('pending')

  expect((await stage.shop.pay(draft.id)).status).toBe(200)
  expect((await stage.shop.read(draft.id)).payments).toMatchObject([
    { attempt: 1, status: 'declined' },
    { attempt: 2, status: 'captured' },
  ])
})

test('stock that is short is answered 409, and the order is a draft again, uncharged', async () => {
  const pan = stage.catalog.addProduct({ stock: 1 })
  const draft = await stage.shop.draft(unitsOf(pan, 2))
  const response = await stage.shop.pay(draft.id)
  expect(response.status).toBe(409)
  expect(await problemOf(response)).toMatchObject({ code: 'inventory/insufficient' })
  expect(await stage.shop.read(draft.id)).toMatchObject({ status: 'draft', payments: [{ status: 'failed' }] })
  expect(await chargesOf(draft.id)).toEqual([])
})

test('a payment that needs its customer is answered 202, and another one is refused meanwhile', async () => {
  const draft = await stage.shop.draft(unitsOf(stage.catalog.addProduct()))
  const response = await stage.shop.pay(draft.id, 'tok_needs_action')
  expect(response.status, await response.clone().text()).toBe(202)
  expect(orderSchema.parse(await response.json())).toMatchObject({
    status: 'pending',
    payments: [{ status: 'requires_action', action: { type: 'redirect' } }],
  })
  const second = await stage.shop.pay(draft.id, 'tok_ok', 'second')
  expect([second.status, second.headers.get('retry-after')]).toEqual([409, expect.any(String)])
  expect((await problemOf(second)).code).toBe('payment/in-progress')

  await sql`update payments set status = 'cancelled' where order_id = ${draft.id}`.execute(
    stage.fixture.database.kysely,
  )
  expect((await stage.shop.pay(draft.id, 'tok_ok', 'second')).status, 'who was told to come again').toBe(200)
})

test('O21: an amount that is not the order’s is kept, the order is not paid and waits for an admin', async () => {
  const draft = await stage.shop.draft(unitsOf(stage.catalog.addProduct()))
  expect((await stage.shop.pay(draft.id, 'tok_wrong_amount')).status).toBe(202)
  expect(await stage.shop.read(draft.id)).toMatchObject({
    status: 'pending',
    payment_status: 'unpaid',
    on_hold: 'amount_mismatch',
    payments: [{ status: 'mismatched' }],
  })
  const other = await stage.shop.draft(unitsOf(stage.catalog.addProduct()))
  expect((await stage.shop.pay(other.id, 'tok_wrong_currency')).status).toBe(202)
  expect(await stage.shop.read(other.id)).toMatchObject({ status: 'pending', on_hold: 'amount_mismatch' })
})

test('O14: a price that changed after the draft is shown before it is charged, and never afterwards', async () => {
  const pan = stage.catalog.addProduct({ price: 1_000 })
  const draft = await stage.shop.draft(unitsOf(pan, 3))
  stage.catalog.addProduct({ ...pan, price: 1_100 })
  const refused = await stage.shop.pay(draft.id)
  expect(refused.status).toBe(409)
  expect(await problemOf(refused)).toMatchObject({
    code: 'order/price-changed',
    detail: 'The total was 30.00 EUR and is 33.00 EUR now; pay again to accept it',
    total_cents_before: 3_000,
    currency_before: 'EUR',
    total_cents: 3_300,
    currency: 'EUR',
  })
  expect(await stage.shop.read(draft.id)).toMatchObject({ status: 'draft', total_cents: 3_300, payments: [] })
  expect(stage.catalog.held(pan.id)).toBe(0)

  expect((await stage.shop.pay(draft.id)).status).toBe(200)
  stage.catalog.addProduct({ ...pan, price: 9_999, name: 'Another name' })
  expect(await stage.shop.read(draft.id)).toMatchObject({
    total_cents: 3_300,
    items: [{ unit_price_cents: 1_100, name: 'Iron pan' }],
  })
  expect(await chargesOf(draft.id)).toMatchObject([{ captured_cents: 3_300 }])
})

test('an order that goes nowhere is not paid before it is said where', async () => {
  const { app, catalog, customer, shop } = stage
  const items = [unitsOf(catalog.addProduct())]
  const draft = orderSchema.parse(await (await shop.post(ordersPath, { items })).json())
  const refused = await shop.pay(draft.id)
  expect(await problemOf(refused)).toMatchObject({ status: 409, code: 'order/no-address' })
  const put = (shipping_address: unknown) => {
    const headers = { authorization: `Bearer ${customer.token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ shipping_address })
    return app.request(`${ordersPath}/${draft.id}/addresses`, { method: 'PUT', headers, body })
  }
  const unreadable = { ...testAddress, name: '\u202eAda', country: 'ZZ' }
  expect((await problemOf(await put(unreadable))).errors?.map(({ pointer }) => pointer)).toEqual([
    '/shipping_address/name',
    '/shipping_address/country',
  ])
  const said = await put(testAddress)
  expect([said.status, said.headers.get('etag')]).toEqual([200, '"2"'])
  expect((await shop.pay(draft.id)).status).toBe(200)
  expect(await shop.read(draft.id)).toMatchObject({ status: 'paid', shipping_address: testAddress })
  expect(await problemOf(await put(testAddress))).toMatchObject({ status: 409, code: 'order/not-editable' })
})

test('O14: what is paid has the catalog’s name of that moment, and its invoice the same', async () => {
  const pan = stage.catalog.addProduct({ price: 1_000 })
  const draft = await stage.shop.draft(unitsOf(pan))
  stage.catalog.addProduct({ ...pan, name: 'Steel pan' })
  expect((await stage.shop.pay(draft.id)).status).toBe(200)
  expect((await stage.shop.read(draft.id)).items).toMatchObject([{ name: 'Steel pan', unit_price_cents: 1_000 }])
  const { rows } = await sql`select snapshot -> 'lines' -> 0 ->> 'name' as name from invoices
    where order_id = ${draft.id}`.execute(stage.fixture.database.kysely)
  expect(rows).toEqual([{ name: 'Steel pan' }])
})

test('an order that costs nothing is paid without a provider', async () => {
  const draft = await stage.shop.draft(unitsOf(stage.catalog.addProduct({ price: 0 })))
  const response = await stage.shop.pay(draft.id)
  expect(response.status, await response.clone().text()).toBe(200)
  expect(await stage.shop.read(draft.id)).toMatchObject({
    status: 'paid',
    payment_status: 'paid',
    payments: [{ provider: 'none', status: 'captured', amount_cents: 0 }],
  })
  expect(await chargesOf(draft.id)).toEqual([])
})
