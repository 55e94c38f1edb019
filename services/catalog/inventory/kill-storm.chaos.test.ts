import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

const rounds = Number(process.env.CHAOS_ROUNDS ?? 5)

let catalog: CatalogProcesses
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 1 })
})
afterAll(() => catalog.close())

const steps = {
  none: [['reserve', 'active']],
  active: [
    ['commit', 'committed'],
    ['release', 'released'],
  ],
  committed: [['return', 'returned']],
} as const
type State = keyof typeof steps | 'released' | 'returned'

/** What a reservation may be: one state where all was answered, two where the last answer never came. */
type Promised = Map<string, readonly State[]>

test(`stock and its movements agree each of ${rounds} times that the process is killed under load`, async () => {
  const products = await parallel(8, () => catalog.stocked(40))
  let written = 0
  for (let round = 0; round < rounds; round += 1) {
    const [victim] = catalog.running
    if (victim === undefined) throw new Error('no process is running')
    const promised: Promised = new Map()
    const load = parallel(24, () => useUntilItDies(victim, { products, promised }))
    await delay(randomInt(150, 700))
    await catalog.kill(victim)
    await load
    // The same command again, and on it goes.
    await catalog.start()
    await forgottenConnections()
    await expectSums()
    await expectPromises(promised)
    written += promised.size
  }
  expect(written, 'the load wrote hardly anything').toBeGreaterThan(rounds * 20)
}, 240_000)

type Using = { readonly products: readonly string[]; readonly promised: Promised }

/** Reserves, and sells, gives back or takes back what it holds, until there is no answer any more. */
async function useUntilItDies(process: ServiceProcess, { products, promised }: Using): Promise<void> {
  for (;;) {
    const reference = `order:${randomUUID()}`
    let state: State = 'none'
    while (state === 'none' || state === 'active' || state === 'committed') {
      const [step, next]: readonly [string, State] = pick<readonly [string, State]>(steps[state])
      const items = distinct(products).map((product_id) => ({ product_id, quantity: randomInt(1, 4) }))
      const body = { reference, ...(step === 'reserve' ? { items } : {}) }
      promised.set(reference, [state, next])
      const request = { method: 'POST', path: `/api/v1/inventory/${step}`, as: caller, body }
      const answer = await catalog.sendTo(process, request).catch(() => undefined)
      if (answer === undefined) return
      if (answer.status === 409 && step === 'reserve') {
        promised.set(reference, ['none'])
        break
      }
      expect([200, 201], `${step}: ${JSON.stringify(answer.body)}`).toContain(answer.status)
      promised.set(reference, [next])
      state = next
      // Some are left as they are.
      if (randomInt(4) === 0) break
    }
  }
}

const caller = 'service:inventory:reserve,inventory:commit'

function pick<Item>(items: readonly Item[]): Item {
  const item = items[randomInt(items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

const distinct = (products: readonly string[]) => [...new Set([pick(products), pick(products), pick(products)])]

/** What the dead process had sent is ended by the server when it has an answer for it. */
async function forgottenConnections(): Promise<void> {
  const count = async () => {
    const { rows } = await sql<{ busy: number }>`
      select count(*) as busy from pg_stat_activity
      where datname = current_database() and application_name = 'product-catalog'
        and state <> 'idle' and query_start < now() - interval '500 milliseconds'`.execute(catalog.kysely)
    return rows[0]?.busy
  }
  await expect.poll(count, { timeout: 10_000, interval: 50 }).toBe(0)
}

async function expectSums(): Promise<void> {
  const { rows } = await sql`
    with held as (
      select l.product_id, sum(l.quantity) as units
      from inventory_reservation_lines l join inventory_reservations r on r.id = l.reservation_id
      where r.state = 'active' group by l.product_id
    ), moved as (
      select product_id, sum(delta) as units from inventory_movements group by product_id
    )
    select i.product_id, i.quantity, i.reserved, moved.units as moved, held.units as held
    from inventory i
      left join held on held.product_id = i.product_id
      left join moved on moved.product_id = i.product_id
    where i.quantity <> coalesce(moved.units, 0) or i.reserved <> coalesce(held.units, 0)`.execute(catalog.kysely)
  expect(rows).toEqual([])
  const { rows: halves } = await sql`
    select r.reference, r.state from inventory_reservations r
    where not exists (select from inventory_reservation_lines l where l.reservation_id = r.id)
      or (select count(*) from inventory_movements m where m.reference = r.reference) <>
        (select count(*) from inventory_reservation_lines l where l.reservation_id = r.id) *
        case r.state when 'committed' then 1 when 'returned' then 2 else 0 end`.execute(catalog.kysely)
  expect(halves).toEqual([])
}

async function expectPromises(promised: Promised): Promise<void> {
  const { rows } = await sql<{ reference: string; state: State }>`
    select reference, state from inventory_reservations
    where reference = any (${[...promised.keys()]}::text[])`.execute(catalog.kysely)
  const stored = new Map(rows.map(({ reference, state }) => [reference, state]))
  for (const [reference, states] of promised) expect(states).toContain(stored.get(reference) ?? 'none')
}
