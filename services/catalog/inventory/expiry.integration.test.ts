import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countOf, parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'
import { type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { reconcileStock } from './reconcile-stock.ts'
import { expireDue } from './reservation-sweeper.ts'

/** In this process, without a sweeper. */
let unswept: TestCatalog
let catalog: CatalogProcesses
beforeAll(async () => {
  unswept = await testCatalog()
  catalog = await catalogProcesses({ count: 2 })
})
afterAll(async () => {
  await unswept.close()
  await catalog.close()
})

const service = 'service:inventory:reserve'
const wishFor = (items: { product_id: string; quantity: number }[], reference = `order:${randomUUID()}`) => ({
  reference,
  items,
})
const reserveUnswept = (product_id: string, quantity: number) =>
  unswept.send('POST', '/api/v1/inventory/reserve', { as: service, body: wishFor([{ product_id, quantity }]) })

test('C11: stock that is held by nobody any more is to be had at the first try, though nobody sweeps', async () => {
  const [held] = await unswept.held({ count: 1, quantity: 5, units: 5, due: true })
  if (held === undefined) throw new Error('nothing is held')
  expect((await reserveUnswept(held.productId, 5)).status).toBe(201)
  expect(await unswept.stockOf(held.productId)).toEqual({ quantity: 5, reserved: 5, held: 5, moved: 5 })
  expect(await unswept.stateOf(held.reference)).toBe('expired')
  expect(await unswept.eventsOf(held.reservationId)).toEqual([
    {
      type: 'inventory.reservation_expired.v1',
      data: { reservation_id: held.reservationId, reference: held.reference },
    },
  ])
})

test('C11: only as many due holds are ended as the shortage needs, and 20 who want the last get it once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await unswept.stocked(6)
    const references = await parallel(3, async () => {
      const wish = wishFor([{ product_id: product, quantity: 2 }])
      expect((await unswept.send('POST', '/api/v1/inventory/reserve', { as: service, body: wish })).status).toBe(201)
      return wish.reference
    })
    await makeDue(references)
    expect((await reserveUnswept(product, 1)).status).toBe(201)
    const states = await Promise.all(references.map(unswept.stateOf))
    expect(states.toSorted()).toEqual(['active', 'active', 'expired'])

    const answers = await parallel(20, () => reserveUnswept(product, 5))
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([1, 19])
    expect(await unswept.stockOf(product)).toMatchObject({ reserved: 6, held: 6 })
  }
})

async function makeDue(references: readonly string[]): Promise<void> {
  await sql`
    update inventory_reservations set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'
    where reference = any (${[...references]}::text[])`.execute(unswept.kysely)
}

test('C11: two processes free what is due within five seconds, each once', async () => {
  const held = await catalog.held({ count: 300, quantity: 7, units: 5, due: true })
  await expect
    .poll(
      async () => {
        const { rows } = await sql<{ left: number }>`
          select count(*) as left from inventory_reservations where state = 'active'`.execute(catalog.kysely)
        return rows[0]?.left
      },
      { timeout: 5_000, interval: 50 },
    )
    .toBe(0)
  for (const { productId, reservationId } of held) {
    expect(await catalog.stockOf(productId)).toEqual({ quantity: 7, reserved: 0, held: 0, moved: 7 })
    expect(await catalog.eventsOf(reservationId)).toHaveLength(1)
  }
})

test('a product that others keep locked does not keep the due holds of other products from ending', async () => {
  const [stuck, ...free] = await unswept.held({ count: 5, quantity: 5, units: 5, due: true })
  await sql`
    update inventory_reservations set expires_at = expires_at - interval '1 minute'
    where reference = ${stuck?.reference}`.execute(unswept.kysely)
  await unswept.kysely.transaction().execute(async (other) => {
    await sql`select from inventory where product_id = ${stuck?.productId} for update`.execute(other)
    expect(await expireDue(unswept.kysely, new AbortController().signal)).toBeGreaterThanOrEqual(4)
    for (const { reference } of free) expect(await unswept.stateOf(reference)).toBe('expired')
    expect(await unswept.stateOf(stuck?.reference ?? '')).toBe('active')
  })
  expect(await expireDue(unswept.kysely, new AbortController().signal)).toBe(1)
})

test('C19: of 20 parallel holds of one customer exactly three are made, by whichever process', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await catalog.stocked(1_000)
    const user = randomUUID()
    const references = Array.from({ length: 20 }, () => `${user}:order:${randomUUID()}`)
    const reserve = (reference: string) => {
      const body = wishFor([{ product_id: product, quantity: 20 }], reference)
      return catalog.send('POST', '/api/v1/inventory/reserve', { as: user, body })
    }
    const answers = await Promise.all(references.map(reserve))
    expect([countOf(answers, 201), countOf(answers, 429)]).toEqual([3, 17])
    const refused = answers.find((answer) => answer.status === 429)
    expect(refused?.body.code).toBe('inventory/hold-limit')
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(800)
    expect(await catalog.stockOf(product)).toMatchObject({ reserved: 60, held: 60 })

    const made = references.filter((_, index) => answers[index]?.status === 201)
    expect((await reserve(made[0] ?? '')).status).toBe(200)
    const release = { as: user, body: { reference: made[0] } }
    expect((await catalog.send('POST', '/api/v1/inventory/release', release)).status).toBe(200)
    expect((await reserve(`${user}:order:once-more`)).status).toBe(201)
  }
})

test('C19: a customer holds at most 20 units of a product for 900 seconds, under references of his own', async () => {
  const product = await catalog.stocked(10_000)
  const [user, other] = [randomUUID(), randomUUID()]
  const line = (quantity: number) => ({ product_id: product, quantity })
  const ask = (as: string, change: object) => {
    const body = { ...wishFor([line(1)], `${user}:order:${randomUUID()}`), ...change }
    return catalog.send('POST', '/api/v1/inventory/reserve', { as, body })
  }
  const beyond: [object, string[]][] = [
    [{ items: [line(21)] }, ['/items/0/quantity']],
    [{ items: [line(11), line(10)] }, ['/items/1/quantity']],
    [{ ttl_seconds: 901 }, ['/ttl_seconds']],
    [{ reference: `${other}:order:1` }, ['/reference']],
    [{ reference: user, ttl_seconds: 901 }, ['/reference', '/ttl_seconds']],
  ]
  for (const [change, pointers] of beyond) {
    const answer = await ask(user, change)
    expect([answer.status, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([422, pointers])
  }
  const most = { items: [line(10), line(10)], ttl_seconds: 900 }
  expect((await ask(user, most)).status).toBe(201)
  for (const as of ['admin', service]) {
    const unlimited = { items: [line(200)], ttl_seconds: 3_600 }
    const answers = await parallel(4, () => ask(as, { ...unlimited, reference: `order:${randomUUID()}` }))
    expect(countOf(answers, 201)).toBe(4)
  }
})

test('C16: after all of these races no counter has drifted', async () => {
  expect(await reconcileStock(catalog.kysely)).toMatchObject({ driftUnits: 0, drifted: [] })
  expect(await reconcileStock(unswept.kysely)).toMatchObject({ driftUnits: 0, drifted: [] })
})
