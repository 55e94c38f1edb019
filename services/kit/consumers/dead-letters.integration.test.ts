import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Envelope } from '../bus/envelope.ts'
import { type EventDatabase, eventDatabase } from '../outbox/testing/event-database.ts'
import { dropDeadEvents, listDeadEvents, replayDeadEvents, showDeadEvent } from './dead-letters.ts'
import { type ConsumerStage, consumerStage, envelopeOf } from './testing/consumer-stage.ts'

let database: EventDatabase
let stage: ConsumerStage
let healthy: boolean
beforeAll(async () => {
  database = await eventDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  stage = await consumerStage(database)
  healthy = false
})
afterEach(() => stage.close())

const by = { actor: 'ada' }
const actionsOn = ({ id }: Envelope) =>
  database.kysely
    .selectFrom('event_actions')
    .select(['actor', 'action', 'consumer', 'reason'])
    .where('event_id', '=', id)
    .execute()

/** Events that one consumer, or two, gave up. */
async function deadEvents(events: readonly Envelope[], consumers: readonly string[] = ['counter']): Promise<void> {
  const digest = () => {
    if (!healthy) throw new Error('not healthy')
  }
  stage.open(consumers.map((name) => stage.counter(name, digest)))
  await stage.bus.publish(events)
  const wanted = events.length * consumers.length
  await expect.poll(() => listDeadEvents(database.kysely), { timeout: 10_000 }).toHaveLength(wanted)
}

test('E19: what is dead is listed, and shown with all that it says', async () => {
  const event = envelopeOf()
  await deadEvents([event], ['counter', 'other'])
  const listed = (await listDeadEvents(database.kysely)).toSorted((a, b) => a.consumer.localeCompare(b.consumer))
  expect(listed).toMatchObject(
    ['counter', 'other'].map((consumer) => ({
      consumer,
      event_id: event.id,
      type: event.type,
      subject: event.subject,
      attempts: 8,
      last_error: 'Error: not healthy',
    })),
  )
  expect(listed[0]).not.toHaveProperty('envelope')
  expect(await listDeadEvents(database.kysely, { consumer: 'other' })).toHaveLength(1)
  expect(await listDeadEvents(database.kysely, { type: 'thing.other.v1' })).toEqual([])
  expect(await showDeadEvent(database.kysely, { eventId: event.id, consumer: 'other' })).toMatchObject([
    { consumer: 'other', envelope: event },
  ])
  expect(await showDeadEvent(database.kysely, { eventId: randomUUID() })).toEqual([])
})

test('E19: a replay keeps the id, applies once, says when, and leaves an audit line', async () => {
  const event = envelopeOf()
  await deadEvents([event])
  healthy = true
  const replayed = await replayDeadEvents(database.kysely, { eventId: event.id }, { ...by, reason: 'mended' })
  expect(replayed).toEqual([{ consumer: 'counter', event_id: event.id }])
  await expect.poll(() => stage.effects(event.subject)).toHaveLength(1)
  expect(await stage.rows('processed_events')).toMatchObject([{ event_id: event.id }])
  expect(await stage.rows('dead_events')).toMatchObject([{ event_id: event.id, replayed_at: expect.any(Date) }])
  expect(await listDeadEvents(database.kysely)).toEqual([])
  expect(await listDeadEvents(database.kysely, { handled: 'included' })).toHaveLength(1)
  expect(await replayDeadEvents(database.kysely, { eventId: event.id }, by)).toEqual([])
  expect(await actionsOn(event)).toEqual([
    { actor: 'ada', action: 'dead.replay', consumer: 'counter', reason: 'mended' },
  ])
})

test('E19: twenty parallel replays of one have one effect', async () => {
  const event = envelopeOf()
  await deadEvents([event])
  healthy = true
  const replays = Array.from({ length: 20 }, () => replayDeadEvents(database.kysely, { eventId: event.id }, by))
  expect((await Promise.all(replays)).flat()).toHaveLength(1)
  await expect.poll(() => stage.rows('event_attempts')).toEqual([])
  expect(await stage.effects(event.subject)).toHaveLength(1)
  expect(await actionsOn(event)).toHaveLength(1)
})

test('E19: all of a type are replayed, others stay; what fails again is dead again', async () => {
  const events = [envelopeOf(), envelopeOf(), envelopeOf({ type: 'thing.ended.v1' })]
  const handler = stage.counter('counter', () => {
    if (!healthy) throw new Error('not healthy')
  })
  const changed = handler.events['thing.changed.v1']
  if (changed === undefined) throw new Error('the counter has no handler')
  stage.open([{ ...handler, events: { 'thing.changed.v1': changed, 'thing.ended.v1': changed } }])
  await stage.bus.publish(events)
  await expect.poll(() => listDeadEvents(database.kysely), { timeout: 10_000 }).toHaveLength(3)
  const replay = () => replayDeadEvents(database.kysely, { type: 'thing.changed.v1' }, by)
  expect(await replay()).toHaveLength(2)
  await expect.poll(() => listDeadEvents(database.kysely), { timeout: 10_000 }).toHaveLength(3)
  healthy = true
  expect(await replay()).toHaveLength(2)
  await expect.poll(() => stage.effects()).toHaveLength(2)
  expect(await listDeadEvents(database.kysely)).toMatchObject([{ type: 'thing.ended.v1' }])
  expect(await actionsOn(events[0] ?? envelopeOf())).toHaveLength(2)
})

test('E19: what was dropped for a reason never takes effect, also where the bus has it again', async () => {
  const event = envelopeOf()
  await deadEvents([event])
  healthy = true
  const dropped = await dropDeadEvents(database.kysely, { eventId: event.id }, { ...by, reason: 'a test order' })
  expect(dropped).toHaveLength(1)
  expect(await replayDeadEvents(database.kysely, { eventId: event.id }, by)).toEqual([])
  await stage.bus.publish([event])
  await expect.poll(() => stage.bus.lag('counter')).toBe(0)
  expect(await stage.effects(event.subject)).toEqual([])
  expect(await stage.rows('dead_events')).toMatchObject([{ drop_reason: 'a test order', dropped_at: expect.any(Date) }])
  expect(await actionsOn(event)).toEqual([
    { actor: 'ada', action: 'dead.drop', consumer: 'counter', reason: 'a test order' },
  ])
})
