import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyIfNewer } from '../consumers/apply-if-newer.ts'
import { onEvent } from '../consumers/consumer.ts'
import { type ConsumerStage, consumerStage, thingSchema } from '../consumers/testing/consumer-stage.ts'
import { startChild, type TestChild } from '../testing/child-process.ts'
import { type EventDatabase, eventDatabase, thing } from './testing/event-database.ts'

const program = new URL('testing/relay-process.ts', import.meta.url)

let database: EventDatabase
let stage: ConsumerStage
const children: TestChild[] = []
beforeAll(async () => {
  database = await eventDatabase()
  await sql`
    create table turns (
      id integer generated always as identity, process integer, entries integer, began timestamptz, ended timestamptz
    )`.execute(database.kysely)
})
afterAll(() => database.drop())
beforeEach(async () => {
  await sql`truncate outbox_events, outbox_subjects, turns`.execute(database.kysely)
  stage = await consumerStage(database, 'postgres')
})
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
  await stage.close()
})

function startRelayProcess(settings: Readonly<Record<string, string>> = {}): TestChild {
  const child = startChild(program, { DATABASE_URL: database.url, ...settings })
  children.push(child)
  return child
}

async function rowsOf<Row>(query: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
  return (await query.execute(database.kysely)).rows
}
const turns = () => rowsOf(sql<{ process: number; ended: Date | null }>`select process, ended from turns order by id`)
const countUnpublished = async () =>
  (await rowsOf(sql<{ count: number }>`select count(*) from outbox_events where published_at is null`))[0]?.count
/** Pairs of turns of two processes that went on at the same time. */
const overlaps = () =>
  rowsOf(sql`
    select a.process, b.process as other from turns a join turns b
    on a.process < b.process and a.began < b.ended and b.began < a.ended`)
const waits = () =>
  rowsOf(sql<{ seconds: number }>`
    select extract(epoch from max(published_at - created_at))::float8 as seconds from outbox_events`)

test('E7: of three processes one sends at a time; where the active one is killed another goes on within 5 s', async () => {
  const relays = [startRelayProcess(), startRelayProcess(), startRelayProcess()]
  await Promise.all(relays.map((relay) => relay.said('relaying')))
  const writing = new AbortController()
  const subjects = Array.from({ length: 20 }, () => randomUUID())
  const written = (async () => {
    for (let count = 0; !writing.signal.aborted; count += 1) {
      await database.append(thing(subjects[count % subjects.length]))
      await delay(10)
    }
  })()
  for (let round = 0; round < 4; round += 1) {
    const before = (await turns()).length
    await expect.poll(async () => (await turns()).length, { timeout: 10_000 }).toBeGreaterThan(before + 5)
    const active = (await turns()).at(-1)?.process
    const killed = relays.findIndex(({ processId }) => processId === active)
    await relays[killed]?.kill()
    const others = async () => (await turns()).slice(before).filter(({ process, ended }) => process !== active && ended)
    const sentByOthers = (await others()).length
    await expect.poll(async () => (await others()).length, { timeout: 5_000 }).toBeGreaterThan(sentByOthers)
    relays[killed] = startRelayProcess()
    await relays[killed].said('relaying')
  }
  writing.abort()
  await written
  await expect.poll(countUnpublished, { timeout: 10_000 }).toBe(0)
  expect(await overlaps()).toEqual([])
  expect((await waits())[0]?.seconds).toBeLessThan(15)
})

test('E7: where one is killed in the midst of its turn, another has the turn within 5 s', async () => {
  const holding = startRelayProcess({ HOLD_FIRST: '1' })
  await holding.said('relaying')
  await database.append(thing())
  await holding.said('holding')
  const other = startRelayProcess()
  await other.said('relaying')
  await database.append(thing())
  await delay(1_500)
  expect((await turns()).map(({ process }) => process)).toEqual([holding.processId])
  await holding.kill()
  await expect.poll(countUnpublished, { timeout: 5_000 }).toBe(0)
  expect((await turns()).at(-1)?.process).toBe(other.processId)
})

test('E8: an active relay that is stopped for 15 s is taken over from within 12 s; what it sends again has no effect', async () => {
  const subject = randomUUID()
  const applied: number[] = []
  stage.open([
    {
      name: 'projector',
      events: {
        'thing.changed.v1': onEvent(thingSchema, async (transaction, event) => {
          const projection = 'projector'
          await applyIfNewer(transaction, { projection, event }, async () => void applied.push(event.aggregate_version))
        }),
      },
    },
    stage.counter('counter'),
  ])
  const stopped = startRelayProcess({ HOLD_FIRST: '1' })
  await stopped.said('relaying')
  await database.append(...Array.from({ length: 10 }, () => thing(subject)))
  await stopped.said('holding')
  stopped.signal('SIGSTOP')
  const stoppedAt = performance.now()
  const other = startRelayProcess()
  await other.said('relaying')
  await database.append(...Array.from({ length: 10 }, () => thing(subject)))
  await expect.poll(countUnpublished, { timeout: 12_000 - (performance.now() - stoppedAt), interval: 100 }).toBe(0)
  await expect.poll(() => stage.effects(subject), { timeout: 10_000 }).toHaveLength(20)
  await delay(Math.max(0, 15_000 - (performance.now() - stoppedAt)))
  stopped.signal('SIGUSR2')
  stopped.signal('SIGCONT')
  const endOfOldTurn = async () => (await turns()).find(({ process }) => process === stopped.processId)?.ended
  await expect.poll(endOfOldTurn, { timeout: 10_000 }).toEqual(expect.any(Date))
  await database.append(thing(subject))
  await expect.poll(() => stage.effects(subject), { timeout: 10_000 }).toHaveLength(21)
  await expect.poll(() => stage.bus.lag('counter')).toBe(0)
  await expect.poll(() => stage.bus.lag('projector')).toBe(0)
  const entries = await rowsOf(sql<{ count: number }>`select count(*) from bus_entries`)
  // Ten twice: so the old ones did come again, after the newer ones.
  expect(entries[0]?.count).toBe(31)
  expect((await stage.effects(subject)).map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 21 }, (_, index) => index + 1),
  )
  expect(applied).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
})
