import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Buyer, buyerAt } from './buyer.ts'
import { moneyOf, moneyOfAll } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { rounds, seen, together } from './together.ts'

let shop: MoneyShop
let product: string
beforeAll(async () => {
  shop = await openMoneyShop()
  product = await shop.product()
}, 300_000)
afterAll(() => shop?.close())

const newBuyer = async (url = shop.ordersUrl): Promise<Buyer> => buyerAt(url, await shop.customer())

const paidOnce = {
  status: 'paid',
  payment_status: 'paid',
  charges: 1,
  charged: 1_000,
  captured: 1_000,
  refunds: [],
  invoices: 1,
  history: ['draft', 'pending', 'paid'],
}

/** A customer of their own pays it, and is answered in the end. */
async function paidInTheEnd(token: string): Promise<string> {
  const buyer = await newBuyer()
  const id = await buyer.draft(product)
  const answers = await buyer.payUntilAnswered(id, { token })
  expect(answers.at(-1), answers.join(', ')).toBe('200')
  return id
}

/** What failed before may have opened them, and then a charge is refused before it is silent. */
async function closeBreakers(): Promise<void> {
  for (const { url } of shop.processes('orders')) {
    const buyer = await newBuyer(url)
    const answers = await buyer.payUntilAnswered(await buyer.draft(product))
    expect(answers.at(-1), answers.join(', ')).toBe('200')
  }
}

test('O9: 20 orders whose charge was never answered, each repeated with its key, are charged once', async () => {
  const ids = await together(20, () => paidInTheEnd('tok_charged_then_timeout'))
  for (const money of await moneyOfAll(shop.orders, ids)) expect(money).toMatchObject(paidOnce)
}, 300_000)

test('O9: 20 orders whose charge was answered 500, and 20 that failed before it, are charged once', async () => {
  const ids: string[] = []
  await rounds(20, async () => {
    // What goes well in between keeps the breaker closed.
    const tokens = ['tok_charged_then_500', 'tok_ok', 'tok_ok', 'tok_500_twice_then_ok', 'tok_ok', 'tok_ok', 'tok_ok']
    ids.push(...(await Promise.all(tokens.map(paidInTheEnd))))
  })
  expect(ids).toHaveLength(140)
  for (const money of await moneyOfAll(shop.orders, ids)) expect(money).toMatchObject(paidOnce)
}, 300_000)

test('O9: a client that hangs up while the provider is silent, and comes again with its key, has paid once', async () => {
  await closeBreakers()
  const ids = await together(20, async () => {
    const buyer = await newBuyer()
    const id = await buyer.draft(product)
    const key = randomUUID()
    const body = JSON.stringify({ provider: 'simulated', method_token: 'tok_slow_5s' })
    const headers = {
      authorization: buyer.as.authorization,
      'content-type': 'application/json',
      'idempotency-key': key,
    }
    const signal = AbortSignal.timeout(300)
    const left = fetch(`${shop.ordersUrl}/api/v1/orders/${id}/payment`, { method: 'POST', headers, body, signal })
    expect(await left.catch((error: Error) => error.name)).toBe('TimeoutError')
    await expect
      .poll(async () => seen(await buyer.pay(id, { token: 'tok_slow_5s', key })), { timeout: 30_000, interval: 1_000 })
      .toBe('200')
    return id
  })
  for (const money of await moneyOfAll(shop.orders, ids)) expect(money).toMatchObject(paidOnce)
}, 300_000)

test('O9: a payment that failed on our side after its charge goes on with its key, and is the same payment', async () => {
  await shop.kill('orders', 0)
  const { url } = await shop.start('orders', 0, { FAILPOINTS: 'orders.saga.after_charge_call:throw' })
  await together(20, async () => {
    const { as } = await newBuyer()
    const id = await buyerAt(shop.ordersUrl, as).draft(product)
    const wish = { key: randomUUID() }
    expect(seen(await buyerAt(url, as).pay(id, wish))).toBe('500 internal/error')
    const [whole] = shop.processes('orders').filter((process) => process.url !== url)
    const answers = await buyerAt(whole?.url ?? '', as).payUntilAnswered(id, wish)
    expect(answers.at(-1), answers.join(', ')).toBe('200')
    expect(await moneyOf(shop.orders, id)).toMatchObject({ ...paidOnce, payments: ['captured'] })
  })
}, 300_000)

test('O9: 20 orders whose process was killed between the charge and its record are paid, and charged once', async () => {
  await shop.kill('orders', 0)
  const { url } = await shop.start('orders', 0, { FAILPOINTS: 'orders.saga.after_charge_call:pause' })
  const tokens = ['tok_ok', 'tok_no_webhook', 'tok_charged_then_500', 'tok_webhook_first']
  const paying = await together(20, async (index) => {
    const buyer = await newBuyer(url)
    const id = await buyer.draft(product)
    const wish = { token: tokens[index % tokens.length] ?? 'tok_ok', key: randomUUID() }
    const answer = buyer.pay(id, wish).then(seen, () => 'no answer')
    return { id, wish, answer, as: buyer.as }
  })
  const ids = paying.map(({ id }) => id)
  const charged = async () => (await moneyOfAll(shop.orders, ids)).filter(({ charges }) => charges === 1).length
  await expect.poll(charged, { timeout: 20_000, interval: 200 }).toBe(20)
  await shop.kill('orders', 0)
  expect(await Promise.all(paying.map(({ answer }) => answer))).toEqual(Array(20).fill('no answer'))

  // The clock: leases of the dead are over.
  await sql`update order_sagas set locked_until = now() where locked_until is not null`.execute(shop.orders)
  await sql`update idempotency_keys set locked_until = now() where answer_status is null`.execute(shop.orders)
  // Half of the customers come again, the others never do.
  await Promise.all(
    paying.slice(0, 10).map(async ({ id, wish, as }) => {
      const again = async () => seen(await buyerAt(shop.ordersUrl, as).pay(id, wish))
      await expect.poll(again, { timeout: 30_000, interval: 1_000 }).toBe('200')
    }),
  )
  for (const id of ids) {
    await expect.poll(async () => (await moneyOf(shop.orders, id)).status, { timeout: 60_000 }).toBe('paid')
  }
  for (const money of await moneyOfAll(shop.orders, ids)) expect(money).toMatchObject(paidOnce)
}, 300_000)
