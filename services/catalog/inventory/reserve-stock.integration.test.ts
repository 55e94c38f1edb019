import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

type Line = { product_id: string; quantity: number }
const newReference = () => `${customer}:order:${randomUUID()}`
const reserve = (items: Line[], reference = newReference()) =>
  catalog.send('POST', '/api/v1/inventory/reserve', { as: customer, body: { reference, items } })
const close = (closing: 'commit' | 'release', reference: string) =>
  catalog.send('POST', `/api/v1/inventory/${closing}`, {
    as: closing === 'commit' ? 'admin' : customer,
    body: { reference },
  })
const parallel = <Result>(count: number, run: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))
const count = (answers: Answer[], status: number) => answers.filter((answer) => answer.status === status).length

async function stockOf(productId: string) {
  const { rows } = await sql<{ quantity: number; reserved: number; held: number; moved: number }>`
    select quantity, reserved,
      (select coalesce(sum(l.quantity), 0) from inventory_reservation_lines l
        join inventory_reservations r on r.id = l.reservation_id
        where l.product_id = i.product_id and r.state = 'active') as held,
      (select coalesce(sum(delta), 0) from inventory_movements m where m.product_id = i.product_id) as moved
    from inventory i where product_id = ${productId}`.execute(catalog.kysely)
  return rows[0]
}

/** Each connection reports what it has counted only now and then, so all of them are told to. */
async function deadlocks(): Promise<number> {
  await parallel(50, () => sql`select pg_stat_force_next_flush(), pg_sleep(0.1)`.execute(catalog.kysely))
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(catalog.kysely)
  return rows[0]?.deadlocks ?? 0
}

test('C1.T1: of 200 parallel reserves of one unit of 100, exactly 100 succeed and the rest learn what is short', async () => {
  const product = await catalog.stocked(100)
  const answers = await parallel(200, () => reserve([{ product_id: product, quantity: 1 }]))
  expect([count(answers, 201), count(answers, 409)]).toEqual([100, 100])
  for (const { body } of answers.filter((answer) => answer.status === 409)) {
    expect(body).toMatchObject({
      code: 'inventory/insufficient',
      errors: [{ product_id: product, requested: 1, available: 0 }],
    })
  }
  expect(await stockOf(product)).toMatchObject({ quantity: 100, reserved: 100, held: 100 })
})

test('C1.T3: 2000 random baskets, 30 in flight, make no deadlock and the sums stay exact', {
  timeout: 90_000,
}, async () => {
  const products = await parallel(20, () => catalog.stocked(400))
  const accepted = new Map(products.map((product) => [product, 0]))
  const before = await deadlocks()
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  let left = 2_000
  await parallel(30, async () => {
    while (left > 0) {
      left -= 1
      const basket = shuffled(products, random).slice(0, 5)
      const lines = basket.map((product_id) => ({ product_id, quantity: 1 + Math.floor(random() * 3) }))
      const { status } = await reserve(lines)
      expect([201, 409], `seed ${seed}`).toContain(status)
      if (status !== 201) continue
      for (const line of lines) accepted.set(line.product_id, (accepted.get(line.product_id) ?? 0) + line.quantity)
    }
  })
  expect(await deadlocks(), `seed ${seed}`).toBe(before)
  for (const product of products) {
    const sum = accepted.get(product)
    expect(await stockOf(product), `seed ${seed}`).toMatchObject({ reserved: sum, held: sum })
  }
})

test('C1.T4: equal products in a basket count together, alone and with 50 at once', async () => {
  const product = await catalog.stocked(3)
  const line = (quantity: number) => ({ product_id: product, quantity })
  const refused = await reserve([line(2), line(2)])
  expect(refused.status).toBe(409)
  expect(refused.body.errors).toMatchObject([{ product_id: product, requested: 4, available: 3 }])

  for (let round = 0; round < 20; round += 1) {
    const fresh = await catalog.stocked(3)
    const items = [2, 1].map((quantity) => ({ product_id: fresh, quantity }))
    const answers = await parallel(50, () => reserve(items))
    expect([count(answers, 201), count(answers, 409)]).toEqual([1, 49])
    const accepted = answers.find((answer) => answer.status === 201)
    expect(accepted?.body.items).toEqual([{ product_id: fresh, quantity: 3 }])
    expect(await stockOf(fresh)).toMatchObject({ reserved: 3, held: 3 })
  }
})

test('C1.T5: 50 parallel releases of one reservation give its units back once and answer alike', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await catalog.stocked(10)
    const reference = newReference()
    await reserve([{ product_id: product, quantity: 2 }])
    await reserve([{ product_id: product, quantity: 5 }], reference)
    const answers = await parallel(50, () => close('release', reference))
    expect(count(answers, 200)).toBe(50)
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
    expect(answers[0]?.body.state).toBe('released')
    expect(await stockOf(product)).toMatchObject({ quantity: 10, reserved: 2, held: 2 })
  }
})

test('C1.T7: 50 parallel reserves with one reference are one reservation, and other items are refused', async () => {
  for (let round = 0; round < 20; round += 1) {
    // Just enough for one: the repeated calls find the stock gone and must still find their reservation.
    const product = await catalog.stocked(5)
    const reference = newReference()
    const items = [{ product_id: product, quantity: 5 }]
    const answers = await parallel(50, () => reserve(items, reference))
    expect([count(answers, 201), count(answers, 200)]).toEqual([1, 49])
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    expect(await stockOf(product)).toMatchObject({ reserved: 5, held: 5 })

    const other = await reserve([{ product_id: product, quantity: 4 }], reference)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency/mismatch'])
  }
})

test('one reference with different baskets at once is one of them, and nothing of the others is held', async () => {
  for (let round = 0; round < 20; round += 1) {
    const products = await parallel(10, () => catalog.stocked(100))
    const reference = newReference()
    const answers = await parallel(50, (index) => {
      return reserve([{ product_id: products[index % 10] ?? '', quantity: 1 }], reference)
    })
    expect([count(answers, 201), count(answers, 200), count(answers, 422)]).toEqual([1, 4, 45])
    const stocks = await Promise.all(products.map(stockOf))
    expect(stocks.reduce((sum, stock) => sum + (stock?.reserved ?? 0), 0)).toBe(1)
  }
})

test('C9: a basket with short lines lists all of them and holds nothing', async () => {
  const [plenty, some, none] = await Promise.all([catalog.stocked(100), catalog.stocked(3), catalog.stocked(0)])
  const items = [plenty, some, none].map((product_id) => ({ product_id, quantity: 5 }))
  const answer = await reserve(items)
  expect(answer.status).toBe(409)
  expect(answer.body.errors).toHaveLength(2)
  expect(answer.body.errors).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ pointer: '/items/1', product_id: some, requested: 5, available: 3 }),
      expect.objectContaining({ pointer: '/items/2', product_id: none, requested: 5, available: 0 }),
    ]),
  )
  for (const product of [plenty, some, none]) expect(await stockOf(product)).toMatchObject({ reserved: 0, held: 0 })
})

test('C10: 50 parallel commits sell once, and a closed reservation stays as it was closed', async () => {
  const product = await catalog.stocked(10)
  const reference = newReference()
  await reserve([{ product_id: product, quantity: 4 }], reference)
  const answers = await parallel(50, () => close('commit', reference))
  expect(count(answers, 200)).toBe(50)
  expect(await stockOf(product)).toEqual({ quantity: 6, reserved: 0, held: 0, moved: -4 })
  const late = await close('release', reference)
  expect(late).toMatchObject({ status: 409, body: { code: 'inventory/reservation-closed', state: 'committed' } })

  const given = newReference()
  await reserve([{ product_id: product, quantity: 1 }], given)
  await close('release', given)
  expect((await close('commit', given)).body.code).toBe('inventory/reservation-closed')
  expect(await stockOf(product)).toEqual({ quantity: 6, reserved: 0, held: 0, moved: -4 })
})

test('commit against release: one wins, the other learns the winner, and the sums are exact', async () => {
  for (let round = 0; round < 100; round += 1) {
    const product = await catalog.stocked(10)
    const reference = newReference()
    await reserve([{ product_id: product, quantity: 4 }], reference)
    const [committed, released] = await Promise.all([close('commit', reference), close('release', reference)])
    expect([committed.status, released.status].toSorted()).toEqual([200, 409])
    const quantity = committed.status === 200 ? 6 : 10
    expect(await stockOf(product)).toMatchObject({ quantity, reserved: 0, held: 0, moved: quantity - 10 })
  }
})

test('C14: stock that another transaction keeps locked is busy after three seconds, and products are still served', async () => {
  const product = await catalog.stocked(5)
  await catalog.kysely.transaction().execute(async (other) => {
    await sql`select from inventory where product_id = ${product} for update`.execute(other)
    const startedAt = performance.now()
    const waiting = reserve([{ product_id: product, quantity: 1 }])
    expect((await catalog.send('GET', `/api/v1/products/${product}`)).status).toBe(200)
    const answer = await waiting
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'inventory/busy', '1'])
    expect(performance.now() - startedAt).toBeGreaterThan(2_900)
    expect(performance.now() - startedAt).toBeLessThan(4_500)
  })
  expect((await reserve([{ product_id: product, quantity: 1 }])).status).toBe(201)
})

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
