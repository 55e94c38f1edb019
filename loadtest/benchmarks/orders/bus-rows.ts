import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { runWhenDue } from '../services/open-loop.ts'
import type { Measurement } from '../services/row.ts'
import { type StartedProcess, startProcess } from '../services/started-process.ts'
import { type EventGround, openEventGround } from './event-ground.ts'
import type { OrdersGround } from './running-shop.ts'

export type BusName = 'PostgreSQL' | 'Redis'
type Bus = { readonly name: BusName; readonly url: string }
type Role = 'relay' | 'consumer'

const waitSeconds = 600
const lagSeconds = 20
/** Of them, until code is compiled. */
const warmSeconds = 5
const rowsAtOnce = 100

type Place = { readonly ground: EventGround; readonly bus: Bus; readonly prefix: string }

const start = (role: Role, { ground, bus, prefix }: Place): Promise<StartedProcess> =>
  startProcess({
    words: [join(import.meta.dirname, 'event-process.ts')],
    env: { ROLE: role, DATABASE_URL: ground.url, BUS_URL: bus.url, PREFIX: prefix },
    read: (line) => (line.includes('"begun"') ? 'begun' : null),
  })

/** From the first batch to the last, by the database's own clock. */
const perSecond = async ({ database }: EventGround, times: RawBuilder<unknown>): Promise<number> => {
  const { rows } = await sql<{ rate: number }>`
    select (count(*) filter (where at > first))::double precision / extract(epoch from max(at) - min(at)) as rate
    from (select at, min(at) over () as first from (${times}) as all_times (at)) as timed`.execute(database)
  return Number(rows[0]?.rate)
}

const waitFor = async ({ database }: EventGround, count: number, counted: RawBuilder<unknown>): Promise<void> => {
  const deadline = performance.now() + waitSeconds * 1_000
  for (;;) {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ${counted}`.execute(database)
    if ((rows[0]?.count ?? 0) >= count) return
    if (performance.now() > deadline) throw new Error(`${rows[0]?.count} of ${count} events within ${waitSeconds} s`)
    await pause(100)
  }
}

const published = sql`outbox_events where published_at is not null`

/** The envelopes of the outbox once more into a table that nobody reads: as many rows a statement as the relay takes. */
const insertPlainly = async ({ database }: EventGround, count: number): Promise<number> => {
  const { rows } = await sql<{ envelope: unknown }>`select envelope from outbox_events limit ${count}`.execute(database)
  const began = performance.now()
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const some = JSON.stringify(rows.slice(from, from + rowsAtOnce).map(({ envelope }) => envelope))
    await sql`
      insert into plain_events (id, envelope)
      select (envelope->>'id')::uuid, envelope from jsonb_array_elements(${some}::jsonb) envelope`.execute(database)
  }
  return (rows.length * 1_000) / (performance.now() - began)
}

type Rates = { plain: number; published: number; handled: number }

const oneRound = async (place: Place, count: number): Promise<Rates> => {
  const { ground } = place
  await ground.empty()
  await ground.fill(count)
  const plain = await insertPlainly(ground, count)
  const relay = await start('relay', place)
  await waitFor(ground, count, published)
  await relay.stop()
  const consumer = await start('consumer', place)
  await waitFor(ground, count, sql`processed_events`)
  await consumer.stop()
  return {
    plain,
    published: await perSecond(ground, sql`select published_at from outbox_events`),
    handled: await perSecond(ground, sql`select at from processed_events`),
  }
}

/** From the transaction that tells to the one that handles, p95; events come at the given rate, one a transaction. */
const lagAt = async (place: Place, rate: number): Promise<number> => {
  const { ground } = place
  await ground.empty()
  const running = [await start('relay', place), await start('consumer', place)]
  const act = async () => {
    await sql`
      select append_event('thing.changed.v1', ${randomUUID()}::uuid, '{"number": 1}', 'bench', 'r-bench', null)`.execute(
      ground.database,
    )
  }
  await runWhenDue({ act, perSecond: rate, seconds: lagSeconds })
  await waitFor(ground, Math.round(rate * lagSeconds), sql`processed_events`)
  for (const child of running) await child.stop()
  const { rows } = await sql<{ milliseconds: number }>`
    select percentile_cont(0.95) within group (order by 1000 * extract(epoch from p.at - o.created_at)) as milliseconds
    from outbox_events o join processed_events p on p.event_id = o.id
    where o.created_at > (select min(created_at) + make_interval(secs => ${warmSeconds}) from outbox_events)`.execute(
    ground.database,
  )
  return Number(rows[0]?.milliseconds)
}

/** A relay and a consumer of the kit, each alone, through each bus; the best of rounds in turns. */
export const measureBuses = async (
  { shop, rounds }: OrdersGround,
  { events: count }: { readonly events: number },
): Promise<readonly Measurement[]> => {
  const ground = await openEventGround(shop.postgresBusUrl, 'bench_events')
  const buses: readonly Bus[] = [
    { name: 'PostgreSQL', url: ground.url },
    ...(shop.redisUrl === null ? [] : [{ name: 'Redis', url: shop.redisUrl } as const]),
  ]
  const best = new Map<BusName, Rates>()
  const rows: Measurement[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      for (const bus of buses) {
        const now = await oneRound({ ground, bus, prefix: `bench-${round}` }, count)
        const known = best.get(bus.name) ?? now
        best.set(bus.name, {
          plain: Math.max(now.plain, known.plain),
          published: Math.max(now.published, known.published),
          handled: Math.max(now.handled, known.handled),
        })
      }
    }
    for (const bus of buses) {
      const rates = best.get(bus.name)
      if (rates === undefined) continue
      const half = Math.floor(Math.min(rates.published, rates.handled) / 2)
      const lag = await lagAt({ ground, bus, prefix: 'bench-lag' }, half)
      rows.push(...rowsOf(bus.name, rates), {
        id: 'E24',
        what: `${bus.name}: p95 from told to handled at ${half} events a second`,
        value: lag,
        unit: 'ms',
        target: null,
      })
    }
    return rows
  } finally {
    await ground.close()
  }
}

/** What was promised is of the bus that every shop has. */
const rowsOf = (name: BusName, { plain, published: sent, handled }: Rates): readonly Measurement[] => [
  {
    id: 'E24',
    what: `${name}: events published a second, one relay`,
    value: sent,
    unit: '1/s',
    target: name === 'PostgreSQL' ? '>= 2000' : null,
  },
  {
    id: 'E24',
    what: `${name}: events handled a second, one consumer`,
    value: handled,
    unit: '1/s',
    target: name === 'PostgreSQL' ? '>= 1000' : null,
  },
  {
    id: 'E24',
    what: `${name}: published ÷ plain inserts of as many rows`,
    value: sent / plain,
    unit: '×',
    target: null,
  },
]
