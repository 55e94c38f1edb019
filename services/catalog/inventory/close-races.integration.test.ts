import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, countOf, parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'
import type { HeldProduct } from '../testing/stock-rows.ts'
import { reconcileStock } from './reconcile-stock.ts'
import { expireDue } from './reservation-sweeper.ts'

let catalog: CatalogProcesses
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 2 })
})
afterAll(() => catalog.close())

const service = 'service:inventory:reserve,inventory:commit'
const close = (closing: 'commit' | 'release' | 'return', reference: string) =>
  catalog.send('POST', `/api/v1/inventory/${closing}`, { as: service, body: { reference } })
const reserve = (product_id: string, quantity: number) => {
  const body = { reference: `order:${randomUUID()}`, items: [{ product_id, quantity }] }
  return catalog.send('POST', '/api/v1/inventory/reserve', { as: service, body })
}
const sweep = () => expireDue(catalog.kysely, new AbortController().signal)
const seen = ({ status, body }: Answer) =>
  status < 300 ? String(status) : `${status} ${body.code} ${body.state}`.trim()

/** Ten at a time: races of different products do not meet. */
async function eachOf(products: readonly HeldProduct[], run: (product: HeldProduct) => Promise<void>): Promise<void> {
  for (let from = 0; from < products.length; from += 10) await Promise.all(products.slice(from, from + 10).map(run))
}

test('C1.T5: 50 parallel releases of one reservation give its units back once and answer alike', async () => {
  const products = await catalog.held({ count: 20, quantity: 10, units: 5, due: false })
  for (const { productId, reference } of products) {
    await reserve(productId, 2)
    const answers = await parallel(50, () => close('release', reference))
    expect(countOf(answers, 200)).toBe(50)
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
    expect(answers[0]?.body.state).toBe('released')
    expect(await catalog.stockOf(productId)).toMatchObject({ quantity: 10, reserved: 2, held: 2 })
  }
})

test('C1.T6: commit against release, 500 rounds: one wins, the other learns the winner, and the sums are exact', async () => {
  const products = await catalog.held({ count: 500, quantity: 10, units: 4, due: false })
  const winners = new Set<string>()
  await eachOf(products, async ({ productId, reference }) => {
    const [committed, released] = await Promise.all([close('commit', reference), close('release', reference)])
    const winner = committed.status === 200 ? 'committed' : 'released'
    winners.add(winner)
    const loser = winner === 'committed' ? released : committed
    expect([committed.status, released.status].toSorted()).toEqual([200, 409])
    expect(seen(loser)).toBe(`409 inventory/reservation-closed ${winner}`)
    const quantity = winner === 'committed' ? 6 : 10
    expect(await catalog.stockOf(productId)).toEqual({ quantity, reserved: 0, held: 0, moved: quantity })
  })
  expect([...winners].toSorted()).toEqual(['committed', 'released'])
})

test('a reserve or a lower stock that waited for a release is judged by what the release left', async () => {
  const products = await catalog.held({ count: 100, quantity: 5, units: 5, due: false })
  await eachOf(products, async ({ productId, reference }) => {
    const headers = { 'if-match': '"1"' }
    const set = () =>
      catalog.send('PUT', `/api/v1/inventory/${productId}`, { as: 'admin', body: { quantity: 4 }, headers })
    const [released, lowered, ...reserved] = await Promise.all([
      close('release', reference),
      set(),
      ...Array.from({ length: 4 }, () => reserve(productId, 2)),
    ])
    expect(released.status).toBe(200)
    expect(['200', '409 inventory/below-reserved']).toContain(seen(lowered))
    for (const answer of reserved) expect(['201', '409 inventory/insufficient']).toContain(seen(answer))
    const held = 2 * countOf(reserved, 201)
    const quantity = lowered.status === 200 ? 4 : 5
    expect(await catalog.stockOf(productId)).toEqual({ quantity, reserved: held, held, moved: quantity })
    expect((await set()).status).toBe(lowered.status === 200 ? 412 : 200)
  })
})

test('C1.T6: expiry against commit, 500 rounds: the units are sold once or free once, never both', async () => {
  const products = await catalog.held({ count: 500, quantity: 4, units: 4, due: true })
  await eachOf(products, async ({ productId, reference, reservationId }) => {
    // Whoever wants the units too lets the expiry win for good.
    const [committed, reserved] = await Promise.all([close('commit', reference), reserve(productId, 4), sweep()])
    const won = committed.status === 200
    expect([won, reserved.status]).toEqual([won, won ? 409 : 201])
    if (won) expect(committed.body).toMatchObject({ state: 'committed', re_held: true })
    else expect(seen(committed)).toBe('409 inventory/reservation-expired expired')
    const held = won ? 0 : 4
    const quantity = won ? 0 : 4
    expect(await catalog.stockOf(productId)).toEqual({ quantity, reserved: held, held, moved: quantity })
    expect(await catalog.stateOf(reference)).toBe(won ? 'committed' : 'expired')
    expect((await catalog.eventsOf(reservationId)).length).toBeLessThanOrEqual(1)
  })
})

test('C10: 50 parallel commits sell once, 50 parallel returns add back once, and what is closed stays closed', async () => {
  const held = await catalog.held({ count: 10, quantity: 10, units: 4, due: false })
  for (const { productId, reference } of held) {
    const early = await close('return', reference)
    expect(seen(early)).toBe('409 inventory/not-committed active')
    expect(countOf(await parallel(50, () => close('commit', reference)), 200)).toBe(50)
    expect(await catalog.stockOf(productId)).toEqual({ quantity: 6, reserved: 0, held: 0, moved: 6 })
    expect(seen(await close('release', reference))).toBe('409 inventory/reservation-closed committed')

    expect(countOf(await parallel(50, () => close('return', reference)), 200)).toBe(50)
    expect(await catalog.stockOf(productId)).toEqual({ quantity: 10, reserved: 0, held: 0, moved: 10 })
    expect(seen(await close('commit', reference))).toBe('409 inventory/reservation-closed returned')
    expect(await movementsOf(productId)).toEqual([
      { delta: 10, reason: 'adjust' },
      { delta: -4, reason: 'commit' },
      { delta: 4, reason: 'return' },
    ])
  }
  const [released] = await catalog.held({ count: 1, quantity: 10, units: 4, due: false })
  await close('release', released?.reference ?? '')
  expect(seen(await close('commit', released?.reference ?? ''))).toBe('409 inventory/reservation-closed released')
})

async function movementsOf(productId: string) {
  const { rows } = await sql`
    select delta, reason from inventory_movements where product_id = ${productId} order by id`.execute(catalog.kysely)
  return rows
}

test('C12: an expired hold is sold while its stock is free, and said so each time; else nothing changes', async () => {
  const [free, taken] = await catalog.held({ count: 2, quantity: 5, units: 5, due: true })
  if (free === undefined || taken === undefined) throw new Error('nothing is held')
  await sweepAll()
  for (const answer of [await close('commit', free.reference), await close('commit', free.reference)]) {
    expect(answer).toMatchObject({ status: 200, body: { state: 'committed', re_held: true } })
  }
  expect(await catalog.stockOf(free.productId)).toEqual({ quantity: 0, reserved: 0, held: 0, moved: 0 })

  expect((await reserve(taken.productId, 1)).status).toBe(201)
  expect(seen(await close('commit', taken.reference))).toBe('409 inventory/reservation-expired expired')
  expect(await catalog.stockOf(taken.productId)).toEqual({ quantity: 5, reserved: 1, held: 1, moved: 5 })
})

test('C12: 200 rounds of late commits against other reserves never sell or hold more than there is', async () => {
  const products = await catalog.held({ count: 200, quantity: 5, units: 3, due: true })
  await sweepAll()
  const outcomes = new Set<string>()
  await eachOf(products, async ({ productId, reference }) => {
    const [committed, ...reserved] = await Promise.all([
      close('commit', reference),
      ...Array.from({ length: 3 }, () => reserve(productId, 1)),
    ])
    const outcome = seen(committed)
    outcomes.add(outcome)
    const held = countOf(reserved, 201)
    expect(outcome === '200' ? held : 3).toBe(outcome === '200' ? 2 : held)
    const quantity = outcome === '200' ? 2 : 5
    expect(await catalog.stockOf(productId)).toEqual({ quantity, reserved: held, held, moved: quantity })
  })
  expect([...outcomes].toSorted()).toEqual(['200', '409 inventory/reservation-expired expired'])
})

test('C16: after all of these races no counter has drifted', async () => {
  expect(await reconcileStock(catalog.kysely)).toMatchObject({ driftUnits: 0, drifted: [] })
})

/** With two processes that sweep as well, what is due may be in their hands: until nothing is. */
async function sweepAll(): Promise<void> {
  for (;;) {
    await sweep()
    const { rows } = await sql`
      select from inventory_reservations where state = 'active' and expires_at <= now() limit 1`.execute(catalog.kysely)
    if (rows.length === 0) return
  }
}
