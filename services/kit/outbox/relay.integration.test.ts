import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BusUnavailable, EnvelopeRefused } from '../bus/bus.ts'
import type { Envelope } from '../bus/envelope.ts'
import { createMemoryBus, type MemoryBus } from '../consumers/testing/memory-bus.ts'
import { createMetrics } from '../metrics.ts'
import { keptLog } from '../testing/test-app.ts'
import { createOutboxMetrics } from './outbox-metrics.ts'
import { type Relay, type RelayParts, startRelay } from './relay.ts'
import { type EventDatabase, eventDatabase, outbox, thing } from './testing/event-database.ts'

let database: EventDatabase
let bus: MemoryBus
let log: ReturnType<typeof keptLog>
const relays: Relay[] = []

beforeAll(async () => {
  database = await eventDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  bus = createMemoryBus()
  log = keptLog()
  await sql`truncate outbox_events, outbox_subjects`.execute(database.kysely)
})
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()))
})

function start(parts: Partial<RelayParts> = {}): Relay {
  const metrics = createOutboxMetrics({
    database: database.kysely,
    metrics: createMetrics(),
    logger: log.logger,
    types: [],
  })
  const { url } = database
  const relay = startRelay({ url, applicationName: 'test', bus, logger: log.logger, metrics, ...parts })
  relays.push(relay)
  return relay
}

const rows = () => database.kysely.selectFrom('outbox_events').selectAll().orderBy('seq').execute()
const unpublished = async () => (await rows()).filter((row) => row.published_at === null)
const untilAllPublished = () => expect.poll(unpublished, { timeout: 20_000 }).toEqual([])
const sentIds = () => bus.entries.map(({ id }) => id)
const versionsOf = (entries: readonly Envelope[], subject: string) =>
  entries.filter((entry) => entry.subject === subject).map((entry) => entry.aggregate_version)
/** Without what was sent twice. */
const distinct = (values: readonly number[]) => [...new Set(values)]
const countingTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('E4: what commits after a later number was sent is sent as well, in 200 rounds', async () => {
  start({ pollMilliseconds: 50 })
  const expected: string[] = []
  for (let round = 0; round < 200; round += 1) {
    const [late, early] = [thing(), thing()]
    const begun = Promise.withResolvers<void>()
    const earlySent = Promise.withResolvers<void>()
    const lateCommit = database.kysely.transaction().execute(async (transaction) => {
      await outbox.append(transaction, [late], { requestId: 'late' })
      begun.resolve()
      await earlySent.promise
    })
    await begun.promise
    await database.append(early)
    await expect.poll(() => bus.entries.some(({ subject }) => subject === early.subject), { interval: 2 }).toBe(true)
    earlySent.resolve()
    await lateCommit
    expected.push(early.subject, late.subject)
  }
  await untilAllPublished()
  expect(bus.entries.map(({ subject }) => subject)).toEqual(expected)
}, 60_000)

test('E4: twenty writers whose transactions end in any order lose none of 5 000', async () => {
  start()
  const writer = async () => {
    for (let written = 0; written < 250; written += 1) {
      await database.kysely.transaction().execute(async (transaction) => {
        await outbox.append(transaction, [thing()], { requestId: 'r' })
        if (written % 10 === 0) await delay(randomInt(20))
      })
    }
  }
  await Promise.all(Array.from({ length: 20 }, writer))
  await untilAllPublished()
  expect(new Set(sentIds()).size).toBe(5_000)
  expect(new Set(sentIds())).toEqual(new Set((await rows()).map(({ id }) => id)))
}, 90_000)

test('E6: twenty actions at a time on each of fifty subjects arrive as 1, 2, 3 … by batches of seven and two relays', async () => {
  start({ rowsAtOnce: 7 })
  start({ rowsAtOnce: 7 })
  const subjects = Array.from({ length: 50 }, () => randomUUID())
  // As many at a time as there are connections, all at the same subject.
  const writer = async () => {
    for (const subject of subjects) await database.append(thing(subject))
  }
  await Promise.all(Array.from({ length: 20 }, writer))
  await untilAllPublished()
  for (const subject of subjects) expect(versionsOf(bus.entries, subject)).toEqual(countingTo(20))
}, 60_000)

test('E9: a bus that fails at the fiftieth of a hundred leaves none out, and the order is kept', async () => {
  const subject = randomUUID()
  let failures = 0
  bus.onPublish(({ aggregate_version }) => {
    if (aggregate_version !== 50 || failures > 0) return
    failures += 1
    throw new BusUnavailable('fails once')
  })
  await database.append(...Array.from({ length: 100 }, () => thing(subject)))
  start()
  await untilAllPublished()
  expect(failures).toBe(1)
  const versions = versionsOf(bus.entries, subject)
  expect(versions.length).toBeGreaterThan(100)
  expect(distinct(versions)).toEqual(countingTo(100))
  expect(log.lines().map(({ message }) => message)).toContain('events of the outbox are sent again')
})

test('E9: nothing is marked before the bus has confirmed it', async () => {
  const confirm = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  start({
    bus: {
      async publish() {
        asked.resolve()
        await confirm.promise
      },
    },
  })
  await database.append(thing())
  await asked.promise
  expect(await unpublished()).toHaveLength(1)
  confirm.resolve()
  await untilAllPublished()
})

test('E10: what is committed while nothing is going on reaches the bus within a second', async () => {
  start()
  for (let round = 0; round < 5; round += 1) {
    const event = thing()
    await delay(randomInt(200))
    await database.append(event)
    const arrived = () => bus.entries.some(({ subject }) => subject === event.subject)
    await expect.poll(arrived, { timeout: 1_000, interval: 10 }).toBe(true)
  }
})

test('E10: it is the notification that makes it early: with a poll every minute it is there within a second too', async () => {
  start({ pollMilliseconds: 60_000 })
  await database.append(thing())
  await expect.poll(() => bus.entries.length, { timeout: 5_000 }).toBe(1)
  await database.append(thing())
  await expect.poll(() => bus.entries.length, { timeout: 1_000 }).toBe(2)
})

/** What was being sent when the session was killed is sent again. */
const differentEntries = () => new Set(bus.entries.map(({ id }) => id)).size

test('E10: with the notification lost, and with the listening session killed, it is there within two seconds', async () => {
  start()
  await database.append(thing())
  await untilAllPublished()
  await sql`alter table outbox_events disable trigger outbox_events_told`.execute(database.kysely)
  await database.append(thing())
  await expect.poll(differentEntries, { timeout: 2_000 }).toBe(2)
  const { rows: killed } = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'test relay'`.execute(database.kysely)
  expect(killed).toHaveLength(1)
  await database.append(thing())
  await expect.poll(differentEntries, { timeout: 2_000 }).toBe(3)
  await sql`alter table outbox_events enable trigger outbox_events_told`.execute(database.kysely)
})

test('one that the bus refuses is put aside with a line that names its type, and the others go on in order', async () => {
  const subject = randomUUID()
  bus.onPublish((envelope) => {
    if (envelope.aggregate_version === 2) throw new EnvelopeRefused('data/number must be greater', { envelope })
  })
  await database.append(...Array.from({ length: 20 }, () => thing(subject)))
  start({ rowsAtOnce: 5 })
  await expect.poll(async () => (await unpublished()).length).toBe(1)
  const aside = await unpublished()
  expect(aside).toMatchObject([{ aggregate_version: 2, refused_at: expect.any(Date) }])
  expect(distinct(versionsOf(bus.entries, subject))).toEqual(countingTo(20).filter((version) => version !== 2))
  expect(log.lines().find(({ level }) => level === 'ERROR')).toMatchObject({
    type: 'thing.changed.v1',
    event_id: aside[0]?.id,
    message: expect.stringContaining('thing.changed.v1'),
  })
  bus.onPublish(() => undefined)
  await sql`update outbox_events set refused_at = now() - interval '11 minutes' where published_at is null`.execute(
    database.kysely,
  )
  await untilAllPublished()
  expect(versionsOf(bus.entries, subject)).toContain(2)
})

test('an outage of the bus is two lines however long it lasts', async () => {
  let away = true
  let asked = 0
  bus.onPublish(() => {
    asked += 1
    if (away) throw new BusUnavailable('away')
  })
  await database.append(thing())
  start()
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(2)
  away = false
  await untilAllPublished()
  const lines = log.lines().filter(({ message }) => message.includes('outbox'))
  expect(lines.map(({ level }) => level)).toEqual(['WARN', 'INFO'])
})
