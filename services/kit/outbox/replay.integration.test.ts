import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ConsumerStage, consumerStage } from '../consumers/testing/consumer-stage.ts'
import { createMemoryBus, type MemoryBus } from '../consumers/testing/memory-bus.ts'
import { createMetrics } from '../metrics.ts'
import { createOutboxMetrics } from './outbox-metrics.ts'
import { type Relay, startRelay } from './relay.ts'
import { listOutbox, replayOutbox, resendSince, showOutboxEvent } from './replay.ts'
import { forgetHandledDeadEvents, forgetProcessedEvents, forgetPublishedEvents } from './retention.ts'
import { type EventDatabase, eventDatabase, thing } from './testing/event-database.ts'

let database: EventDatabase
let stage: ConsumerStage
let bus: MemoryBus
let relay: Relay
beforeAll(async () => {
  database = await eventDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  stage = await consumerStage(database)
  bus = createMemoryBus()
  await sql`truncate outbox_events, outbox_subjects`.execute(database.kysely)
  const { kysely, url } = database
  const metrics = createOutboxMetrics({
    database: kysely,
    metrics: createMetrics(),
    logger: stage.log.logger,
    types: [],
  })
  relay = startRelay({ url, applicationName: 'test', bus, logger: stage.log.logger, metrics })
})
afterEach(async () => {
  await relay.close()
  await stage.close()
})

const by = { actor: 'ada' }
const waiting = () => listOutbox(database.kysely, { state: 'unpublished' })
const published = (count: number) =>
  expect.poll(async () => (await listOutbox(database.kysely, { state: 'published', limit: 5_000 })).length).toBe(count)

test('E11: a stored event is sent again as it is, with the same id, and has no second effect', async () => {
  stage.open([stage.counter('counter')], { bus })
  const subject = randomUUID()
  await database.append(thing(subject, 1), thing(subject, 2))
  await expect.poll(() => stage.effects(subject)).toHaveLength(2)
  await published(2)
  expect(await replayOutbox(database.kysely, { subject }, { ...by, reason: 'trying' })).toBe(2)
  await expect.poll(() => bus.entries.length).toBe(4)
  await published(2)
  const [first, second, ...again] = bus.entries
  expect(again).toEqual([first, second])
  await expect.poll(() => bus.lag('counter')).toBe(0)
  expect(await stage.effects(subject)).toHaveLength(2)
  expect(
    await sql`select actor, action, reason, detail->>'subject' as subject from event_actions`.execute(database.kysely),
  ).toMatchObject({ rows: [{ actor: 'ada', action: 'outbox.replay', reason: 'trying', subject }] })
})

test('E11: a replay is bounded by time and type, and one for a consumer is passed over by the others', async () => {
  stage.open([stage.counter('counter'), stage.counter('other')], { bus })
  // One by one: within a transaction they are in the order of their subjects.
  for (const event of [thing(), { ...thing(), type: 'thing.ended.v1' } as const, thing()]) await database.append(event)
  await published(3)
  await expect.poll(() => stage.effects()).toHaveLength(4)
  const [first, , last] = await listOutbox(database.kysely)
  if (first === undefined || last === undefined) throw new Error('there are three events')
  await sql`update outbox_events set created_at = now() - interval '1 hour' where seq = ${first.seq}`.execute(
    database.kysely,
  )
  await sql`truncate processed_events`.execute(database.kysely)
  const from = new Date(Date.now() - 60_000)
  expect(await replayOutbox(database.kysely, { from, type: 'thing.changed.v1', consumer: 'other' }, by)).toBe(1)
  await expect.poll(() => bus.entries.length).toBe(4)
  expect(bus.entries.at(-1)).toMatchObject({ id: last.id, consumer: 'other' })
  await expect.poll(() => stage.effects(last.subject)).toHaveLength(3)
  expect((await stage.effects(last.subject)).map(({ consumer }) => consumer).toSorted()).toEqual([
    'counter',
    'other',
    'other',
  ])
  expect(await replayOutbox(database.kysely, { to: from }, by)).toBe(1)
})

test('E11: an event that nobody has had yet is not narrowed down to one consumer', async () => {
  await relay.close()
  await database.append(thing())
  await replayOutbox(database.kysely, { consumer: 'other' }, by)
  expect(await sql`select replay_for from outbox_events`.execute(database.kysely)).toMatchObject({
    rows: [{ replay_for: null }],
  })
})

test('a bus that has lost what it had is given all of it again, a thousand at a time', async () => {
  await relay.close()
  await sql`
    insert into outbox_events (id, type, subject, aggregate_version, envelope, published_at)
    select gen_random_uuid(), 'thing.changed.v1', gen_random_uuid(), 1, '{}', now() - make_interval(mins => n)
    from generate_series(1, 2500) as n`.execute(database.kysely)
  expect(await resendSince(database.kysely, new Date(Date.now() - 3_600_000))).toBe(59)
  expect(await resendSince(database.kysely, null)).toBe(2_441)
  expect(await listOutbox(database.kysely, { state: 'published' })).toEqual([])
})

test('one stored event is shown with what it says, and its state', async () => {
  await database.append(thing())
  await published(1)
  const [event] = await listOutbox(database.kysely)
  expect(await showOutboxEvent(database.kysely, event?.id ?? '')).toMatchObject({
    state: 'published',
    envelope: { id: event?.id, type: 'thing.changed.v1' },
  })
  expect(await showOutboxEvent(database.kysely, randomUUID())).toBeUndefined()
})

test('E11: published events go after 14 days, a thousand at a time; unpublished ones stay however old they are', async () => {
  await relay.close()
  await sql`
    insert into outbox_events (id, type, subject, aggregate_version, envelope, created_at, published_at)
    select gen_random_uuid(), 'thing.changed.v1', gen_random_uuid(), 1, '{}', now() - interval '40 days',
      case when n <= 2500 then now() - interval '15 days' when n <= 2510 then now() - interval '13 days' end
    from generate_series(1, 2520) as n`.execute(database.kysely)
  const rounds = [1, 2, 3, 4].map(() => () => forgetPublishedEvents(database.kysely))
  const gone: number[] = []
  for (const round of rounds) gone.push(await round())
  expect(gone).toEqual([1_000, 1_000, 500, 0])
  expect(await listOutbox(database.kysely, { state: 'published' })).toHaveLength(10)
  expect(await waiting()).toHaveLength(10)
})

test('E11: what was handled is forgotten after 30 days, and dead events only once somebody has handled them', async () => {
  await sql`
    insert into processed_events (consumer, event_id, at) values
      ('counter', gen_random_uuid(), now() - interval '31 days'), ('counter', gen_random_uuid(), now() - interval '29 days')`.execute(
    database.kysely,
  )
  expect(await forgetProcessedEvents(database.kysely)).toBe(1)
  await sql`
    insert into dead_events (consumer, event_id, envelope, attempts, last_error, parked_at, replayed_at)
    values ('counter', gen_random_uuid(), '{}', 8, 'e', now() - interval '90 days', null),
      ('counter', gen_random_uuid(), '{}', 8, 'e', now() - interval '90 days', now() - interval '31 days')`.execute(
    database.kysely,
  )
  expect(await forgetHandledDeadEvents(database.kysely)).toBe(1)
  expect(await stage.rows('dead_events')).toMatchObject([{ replayed_at: null }])
})
