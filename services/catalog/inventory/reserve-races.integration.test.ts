import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countOf, parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'
import { reconcileStock } from './reconcile-stock.ts'

let catalog: CatalogProcesses
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 2 })
})
afterAll(() => catalog.close())

type Line = { product_id: string; quantity: number }
const service = 'service:inventory:reserve'
const newReference = () => `order:${randomUUID()}:hold:1`
const reserve = (items: Line[], reference = newReference()) =>
  catalog.send('POST', '/api/v1/inventory/reserve', { as: service, body: { reference, items } })

test('C1.T1: of 200 parallel reserves of one unit of 100, exactly 100 succeed and the rest learn what is short', async () => {
  const product = await catalog.stocked(100)
  const answers = await parallel(200, () => reserve([{ product_id: product, quantity: 1 }]))
  expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([100, 100])
  for (const { body } of answers.filter((answer) => answer.status === 409)) {
    expect(body).toMatchObject({
      code: 'inventory/insufficient',
      errors: [{ product_id: product, requested: 1, available: 0 }],
    })
  }
  expect(await catalog.stockOf(product)).toMatchObject({ quantity: 100, reserved: 100, held: 100 })
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
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([1, 49])
    const accepted = answers.find((answer) => answer.status === 201)
    expect(accepted?.body.items).toEqual([{ product_id: fresh, quantity: 3 }])
    expect(await catalog.stockOf(fresh)).toMatchObject({ reserved: 3, held: 3 })
  }
})

test('C1.T7: 50 parallel reserves with one reference are one reservation, and other items are refused', async () => {
  for (let round = 0; round < 20; round += 1) {
    // Just enough for one: the repeated calls find the stock gone and must still find their reservation.
    const product = await catalog.stocked(5)
    const reference = newReference()
    const items = [{ product_id: product, quantity: 5 }]
    const answers = await parallel(50, () => reserve(items, reference))
    expect([countOf(answers, 201), countOf(answers, 200)]).toEqual([1, 49])
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    expect(await catalog.stockOf(product)).toMatchObject({ reserved: 5, held: 5 })

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
    expect([countOf(answers, 201), countOf(answers, 200), countOf(answers, 422)]).toEqual([1, 4, 45])
    const stocks = await Promise.all(products.map(catalog.stockOf))
    expect(stocks.reduce((sum, stock) => sum + (stock?.reserved ?? 0), 0)).toBe(1)
  }
})

test('C9: a basket with short lines lists all of them and holds nothing, also while others take the rest', async () => {
  for (let round = 0; round < 20; round += 1) {
    const [plenty, some, none] = await parallel(3, (index) => catalog.stocked([100, 3, 0][index] ?? 0))
    const short = [plenty, some, none].map((product_id) => ({ product_id: product_id ?? '', quantity: 5 }))
    const [answers] = await Promise.all([
      parallel(10, () => reserve(short)),
      parallel(10, () => reserve([{ product_id: plenty ?? '', quantity: 1 }])),
    ])
    for (const answer of answers) {
      expect([answer.status, answer.body.errors.length]).toEqual([409, 2])
      expect(answer.body.errors).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ pointer: '/items/1', product_id: some, requested: 5, available: 3 }),
          expect.objectContaining({ pointer: '/items/2', product_id: none, requested: 5, available: 0 }),
        ]),
      )
    }
    expect(await catalog.stockOf(plenty ?? '')).toMatchObject({ reserved: 10, held: 10 })
    for (const product of [some, none]) expect(await catalog.stockOf(product ?? '')).toMatchObject({ reserved: 0 })
  }
})

test('C13: stock set to 50 while reserves to 60 run is never below what is reserved', async () => {
  const products = await catalog.held({ count: 100, quantity: 60, units: 1, due: false })
  const outcomes = new Set<string>()
  for (const [round, { productId }] of products.entries()) {
    const answers = await parallel(13, (index) => {
      if (index !== round % 13) return reserve([{ product_id: productId, quantity: 5 }])
      const headers = { 'if-match': '"1"' }
      return catalog.send('PUT', `/api/v1/inventory/${productId}`, { as: 'admin', body: { quantity: 50 }, headers })
    })
    const set = answers[round % 13]
    const accepted = countOf(answers.toSpliced(round % 13, 1), 201)
    const outcome = set?.status === 200 ? 'set' : `${set?.status} ${set?.body.code}`
    outcomes.add(outcome)
    const reserved = 1 + accepted * 5
    const quantity = outcome === 'set' ? 50 : 60
    expect(await catalog.stockOf(productId)).toEqual({ quantity, reserved, held: reserved, moved: quantity })
  }
  expect([...outcomes].toSorted()).toEqual(['409 inventory/below-reserved', 'set'])
})

test('C14: stock that another transaction keeps locked is busy after three seconds, and products are still served', async () => {
  const product = await catalog.stocked(5)
  const [process] = catalog.running
  if (process === undefined) throw new Error('no process is running')
  const reserveThere = () => {
    const body = { reference: newReference(), items: [{ product_id: product, quantity: 1 }] }
    return catalog.sendTo(process, { method: 'POST', path: '/api/v1/inventory/reserve', as: service, body })
  }
  await catalog.kysely.transaction().execute(async (other) => {
    await sql`select from inventory where product_id = ${product} for update`.execute(other)
    const startedAt = performance.now()
    const first = reserveThere().then((answer) => ({ answer, milliseconds: performance.now() - startedAt }))
    // More than the pool has connections.
    const waiting = parallel(40, reserveThere)
    for (let count = 0; count < 50; count += 1) {
      const path = `/api/v1/products/${product}`
      expect((await catalog.sendTo(process, { method: 'GET', path })).status).toBe(200)
    }
    expect(performance.now() - startedAt).toBeLessThan(2_900)
    const { milliseconds, answer } = await first
    expect(milliseconds).toBeGreaterThan(2_900)
    expect(milliseconds).toBeLessThan(4_500)
    for (const each of [answer, ...(await waiting)]) {
      expect([each.status, each.body.code, each.headers.get('retry-after')]).toEqual([503, 'inventory/busy', '1'])
    }
  })
  expect((await reserve([{ product_id: product, quantity: 1 }])).status).toBe(201)
})

// The last one: it ends the connections of both processes.
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
  await endConnections()
  expect(await deadlocks(), `seed ${seed}`).toBe(before)
  for (const product of products) {
    const sum = accepted.get(product)
    expect(await catalog.stockOf(product), `seed ${seed}`).toMatchObject({ reserved: sum, held: sum })
  }
})

test('C16: after all of these races no counter has drifted', async () => {
  expect(await reconcileStock(catalog.kysely)).toMatchObject({ driftUnits: 0, drifted: [] })
})

async function deadlocks(): Promise<number> {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(catalog.kysely)
  return rows[0]?.deadlocks ?? 0
}

/** Each connection reports what it has counted now and then, and when it ends. */
async function endConnections(): Promise<void> {
  const { rows } = await sql<{ pid: number }>`
    select pid, pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'product-catalog'`.execute(catalog.kysely)
  expect(rows.length).toBeGreaterThan(2)
  const left = async () => {
    const still = await sql`
      select from pg_stat_activity where pid = any (${rows.map(({ pid }) => pid)}::integer[])`.execute(catalog.kysely)
    return still.rows.length
  }
  await expect.poll(left, { timeout: 10_000 }).toBe(0)
}

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
