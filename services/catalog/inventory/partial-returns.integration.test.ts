import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, countOf, parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'
import { reconcileStock } from './reconcile-stock.ts'

let catalog: CatalogProcesses
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 2 })
})
afterAll(() => catalog.close())

const post = (action: string, body: unknown) =>
  catalog.send('POST', `/api/v1/inventory/${action}`, { as: 'service:inventory:reserve,inventory:commit', body })

type Part = { readonly key: string; readonly productId: string; readonly quantity: number }

const returnPart = (reference: string, { key, productId, quantity }: Part) =>
  post('return', { reference, return_key: key, items: [{ product_id: productId, quantity }] })
const returnRest = (reference: string) => post('return', { reference })

const seen = ({ status, body }: Answer) =>
  status < 300 ? `${status} ${body.state}` : `${status} ${body.code} ${body.state}`.trim()

/** So many reservations, each of so many units of its own product of ten, sold. */
async function sold(count: number, units: number) {
  const held = await catalog.held({ count, quantity: 10, units, due: false })
  for (const { reference } of held) expect((await post('commit', { reference })).status).toBe(200)
  return held
}

const onHand = async (productId: string) => (await catalog.stockOf(productId))?.quantity

async function movementsOf(productId: string): Promise<number[]> {
  const { rows } = await sql<{ delta: number }>`
    select delta from inventory_movements where product_id = ${productId} and reason = 'return'
    order by id`.execute(catalog.kysely)
  return rows.map(({ delta }) => delta)
}

test('50 parallel returns of one part with one key, over two processes, take it back once and answer alike', async () => {
  for (const { productId, reference } of await sold(10, 4)) {
    const answers = await parallel(50, () => returnPart(reference, { key: 'refund:1', productId, quantity: 3 }))
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1)
    expect(answers[0] && seen(answers[0])).toBe('200 committed')
    expect(await onHand(productId)).toBe(9)
    expect(await movementsOf(productId)).toEqual([3])
  }
})

test('parts of other keys, 20 rounds of 20 at once, take back together what was sold and not a unit more', async () => {
  for (const { productId, reference } of await sold(20, 5)) {
    const answers = await parallel(20, (index) =>
      returnPart(reference, { key: `part:${index}`, productId, quantity: 2 }),
    )
    expect(countOf(answers, 200)).toBe(2)
    const refused = answers.find(({ status }) => status !== 200)
    expect(refused?.body).toMatchObject({
      code: 'inventory/exceeds-sold',
      errors: [{ pointer: '/items/0/quantity', product_id: productId, requested: 2, returnable: 1 }],
    })
    expect(await onHand(productId)).toBe(9)
    expect(seen(await returnPart(reference, { key: 'last', productId, quantity: 1 }))).toBe('200 returned')
    expect(await onHand(productId)).toBe(10)
    expect(await movementsOf(productId)).toEqual([2, 2, 1])
  }
})

test('a whole return takes back the rest, also while parts come back, 20 rounds', async () => {
  const outcomes = new Set<string>()
  for (const { productId, reference } of await sold(20, 6)) {
    const [first, whole, second] = await Promise.all([
      returnPart(reference, { key: 'one', productId, quantity: 2 }),
      returnRest(reference),
      returnPart(reference, { key: 'two', productId, quantity: 1 }),
    ])
    expect(seen(whole)).toBe('200 returned')
    for (const part of [first, second]) {
      outcomes.add(seen(part))
      expect(['200 committed', '200 returned', '409 inventory/not-committed returned']).toContain(seen(part))
    }
    expect(await onHand(productId)).toBe(10)
    expect((await movementsOf(productId)).reduce((sum, delta) => sum + delta, 0)).toBe(6)
    expect(seen(await returnRest(reference))).toBe('200 returned')
    expect(await onHand(productId)).toBe(10)
  }
  expect(outcomes.size).toBeGreaterThan(1)
})

test('a part that was taken back is so for ever, and its key is of those items only', async () => {
  const [one] = await sold(1, 4)
  if (one === undefined) throw new Error('nothing is sold')
  const { productId, reference, reservationId } = one
  expect(seen(await returnPart(reference, { key: 'k', productId, quantity: 2 }))).toBe('200 committed')
  expect(seen(await returnPart(reference, { key: 'k', productId, quantity: 1 }))).toBe('422 idempotency/mismatch')
  const split = [1, 1].map((quantity) => ({ product_id: productId, quantity }))
  const repeated = await post('return', { reservation_id: reservationId, return_key: 'k', items: split })
  expect(seen(repeated)).toBe('200 committed')
  expect(seen(await returnRest(reference))).toBe('200 returned')
  expect(seen(await returnPart(reference, { key: 'k', productId, quantity: 2 }))).toBe('200 returned')
  expect(seen(await returnPart(reference, { key: 'n', productId, quantity: 1 }))).toBe(
    '409 inventory/not-committed returned',
  )
  expect(await onHand(productId)).toBe(10)
})

test('what was not sold does not come back: not in parts, not of another product', async () => {
  const [held] = await catalog.held({ count: 1, quantity: 10, units: 4, due: false })
  const [other] = await sold(1, 4)
  if (held === undefined || other === undefined) throw new Error('nothing is held')
  const part = { key: 'k', productId: held.productId, quantity: 1 }
  expect(seen(await returnPart(held.reference, part))).toBe('409 inventory/not-committed active')
  expect(seen(await returnPart(other.reference, part))).toBe('409 inventory/exceeds-sold')
  expect(seen(await returnPart(`order:${randomUUID()}`, part))).toBe('404 object/not-found')
  expect([await onHand(held.productId), await onHand(other.productId)]).toEqual([10, 6])
})

test.each([
  ['items without a key', { items: [{ product_id: randomUUID(), quantity: 1 }] }, '/return_key'],
  ['a key without items', { return_key: 'k' }, '/items'],
  ['no items', { return_key: 'k', items: [] }, '/items'],
  ['no unit', { return_key: 'k', items: [{ product_id: randomUUID(), quantity: 0 }] }, '/items/0/quantity'],
  ['a key with a space', { return_key: 'a b', items: [{ product_id: randomUUID(), quantity: 1 }] }, '/return_key'],
  ['an unknown field', { amount: 1 }, '/amount'],
])('a return with %s is refused', async (_, part, pointer) => {
  const answer = await post('return', { reference: 'order:1', ...part })
  expect(answer.status).toBe(422)
  expect(answer.body.errors.map((error) => error.pointer)).toEqual([pointer])
})

test('after any parts and a whole return all that was sold is back once (property)', async () => {
  const products = await Promise.all([catalog.stocked(1_000), catalog.stocked(1_000)])
  const step = fc.record({
    product: fc.nat({ max: 1 }),
    quantity: fc.integer({ min: 1, max: 4 }),
    key: fc.nat({ max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const reference = `order:${randomUUID()}`
      const before = await Promise.all(products.map(onHand))
      const items = products.map((product_id) => ({ product_id, quantity: 5 }))
      await post('reserve', { reference, items })
      await post('commit', { reference })
      await Promise.all(
        steps.map(({ product, quantity, key }) =>
          returnPart(reference, { key: String(key), productId: products[product] ?? '', quantity }),
        ),
      )
      const back = await Promise.all(products.map(onHand))
      for (const [index, quantity] of back.entries()) expect(quantity).toBeLessThanOrEqual(before[index] ?? 0)
      expect(seen(await returnRest(reference))).toBe('200 returned')
      expect(await Promise.all(products.map(onHand))).toEqual(before)
    }),
    { numRuns: 50 },
  )
})

test('the tables refuse more than was sold, a key twice, and returns of nothing', async () => {
  const [one] = await sold(1, 4)
  if (one === undefined) throw new Error('nothing is sold')
  const { reservationId } = one
  const add = (key: string, id: string) => sql`
    insert into inventory_returns (reservation_id, return_key, items) values (${id}, ${key}, '[]')`
  const lines = (returned: number) => sql`
    update inventory_reservation_lines set returned = ${returned} where reservation_id = ${reservationId}`
  await add('k', reservationId).execute(catalog.kysely)
  const refused = [lines(5), lines(-1), add('k', reservationId), add('', reservationId), add('k', randomUUID())]
  const codes = refused.map((statement) =>
    statement.execute(catalog.kysely).catch((error: { code: string }) => error.code),
  )
  expect(await Promise.all(codes)).toEqual(['23514', '23514', '23505', '23514', '23503'])
})

test('after all of this no counter has drifted', async () => {
  expect(await reconcileStock(catalog.kysely)).toMatchObject({ driftUnits: 0, drifted: [] })
})
