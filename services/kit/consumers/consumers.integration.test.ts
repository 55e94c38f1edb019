import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { armFailpoints } from '../failpoints.ts'
import { type EventDatabase, eventDatabase } from '../outbox/testing/event-database.ts'
import { type RedisServer, startRedisServer, withoutRedis } from '../testing/redis-server.ts'
import { applyIfNewer } from './apply-if-newer.ts'
import { onEvent } from './consumer.ts'
import { type ConsumerStage, consumerStage, envelopeOf, thingSchema } from './testing/consumer-stage.ts'

let database: EventDatabase
let stage: ConsumerStage
beforeAll(async () => {
  database = await eventDatabase()
})
afterAll(() => database.drop())
const kinds = [
  ['memory', ''],
  ['postgres', ''],
  ['redis', withoutRedis],
] as const

describe.each(kinds)('consumers of a bus in %s%s', (kind, why) => {
  if (why !== '') return test.skipIf(true)('none of it was run', () => undefined)
  let redis: RedisServer | undefined
  beforeAll(async () => {
    if (kind === 'redis') redis = await startRedisServer()
  })
  afterAll(() => redis?.stop())
  beforeEach(async () => {
    stage = await consumerStage(database, kind === 'redis' ? { redisUrl: redis?.url ?? '' } : kind)
  })
  afterEach(async () => {
    armFailpoints(undefined, stage.log.logger)
    await stage.close()
  })

  const settled = () => expect.poll(() => stage.bus.lag('counter'), { timeout: 20_000 }).toBe(0)
  const tenTimes = <Value>(value: Value): Value[] => Array.from({ length: 10 }, () => value)
  const handledAs = (result: string) => stage.figure('events_handled_total', { consumer: 'counter', result })

  test('E12: the same event ten times, in parallel and over two processes, has one effect', async () => {
    // Two buses deliver at the same time what one would give to a single member.
    const second = await stage.newBus()
    stage.open([stage.counter('counter')])
    stage.open([stage.counter('counter')], { bus: second })
    for (let round = 0; round < 20; round += 1) {
      const event = envelopeOf()
      const deliveries = tenTimes(event).map((each, index) => (index % 2 === 0 ? stage.bus : second).publish([each]))
      await Promise.all(deliveries)
      await settled()
      await expect.poll(() => second.lag('counter')).toBe(0)
      expect(await stage.effects(event.subject)).toHaveLength(1)
    }
  })

  test('E12: between effect and commit nothing is kept, neither the effect nor that it was handled', async () => {
    armFailpoints(new Map([['consumers.event.applied', { do: 'throw' }]]), stage.log.logger)
    stage.open([stage.counter('counter')])
    const event = envelopeOf()
    await stage.bus.publish([event])
    await expect.poll(() => stage.rows('event_attempts')).toHaveLength(1)
    expect(await stage.effects()).toEqual([])
    expect(await stage.rows('processed_events')).toEqual([])
    armFailpoints(undefined, stage.log.logger)
    await expect.poll(() => stage.effects(event.subject)).toHaveLength(1)
    expect(await stage.rows('processed_events')).toMatchObject([{ consumer: 'counter', event_id: event.id }])
    await expect.poll(() => stage.rows('event_attempts')).toEqual([])
  })

  test('E3: of a hundred events one is poison: 99 are handled, it is dead after eight attempts with its error', async () => {
    let attempts = 0
    const poison = envelopeOf({ data: { number: 666 } })
    stage.open([
      stage.counter('counter', ({ data }) => {
        if (data.number !== 666) return
        attempts += 1
        throw new RangeError('cannot be digested')
      }),
    ])
    const others = Array.from({ length: 99 }, () => envelopeOf())
    await stage.bus.publish([...others.slice(0, 50), poison, ...others.slice(50)])
    await expect.poll(() => stage.rows('dead_events'), { timeout: 20_000 }).toHaveLength(1)
    expect(await stage.effects()).toHaveLength(99)
    expect(attempts).toBe(8)
    expect(await stage.rows('dead_events')).toMatchObject([
      {
        consumer: 'counter',
        event_id: poison.id,
        attempts: 8,
        last_error: 'RangeError: cannot be digested',
        envelope: poison,
      },
    ])
    expect(await stage.rows('event_attempts')).toEqual([])
    expect(await handledAs('failed')).toBe(7)
    expect(await handledAs('dead')).toBe(1)
  })

  test('E3: others do not wait for the attempts of a poison event, and later events of its own subject are handled', async () => {
    const subject = randomUUID()
    const versions = [1, 2, 3].map((version) =>
      envelopeOf({ subject, aggregate_version: version, data: { number: version } }),
    )
    stage.open(
      [
        stage.counter('counter', ({ data }) => {
          if (data.number === 2) throw new Error('poison')
        }),
      ],
      // Its second attempt would come in an hour.
      { policy: { waitsSeconds: [3_600], random: () => 0.5 } },
    )
    await stage.bus.publish([...versions, ...Array.from({ length: 97 }, () => envelopeOf())])
    await expect.poll(() => stage.effects(), { timeout: 10_000 }).toHaveLength(99)
    expect((await stage.effects(subject)).map(({ version }) => version)).toEqual([1, 3])
    await settled()
    expect(await stage.rows('event_attempts')).toMatchObject([{ attempts: 1, event_id: versions[1]?.id }])
  })

  test('E3: an attempt counts from its beginning, so that one which ends the process is not made for ever', async () => {
    const event = envelopeOf()
    await sql`
    insert into event_attempts (consumer, event_id, envelope, attempts, next_attempt_at, last_error)
    values ('counter', ${event.id}, ${JSON.stringify(event)}::jsonb, 8, now(), 'Error: the seventh')`.execute(
      database.kysely,
    )
    stage.open([stage.counter('counter')])
    await expect.poll(() => stage.rows('dead_events')).toMatchObject([{ event_id: event.id, attempts: 8 }])
    expect(await stage.effects()).toEqual([])
  })

  test('what is delivered again while it is kept for another attempt is passed over, and its attempts stay as they are', async () => {
    stage.open([stage.counter('counter', () => Promise.reject(new Error('no')))], {
      policy: { waitsSeconds: [3_600], random: () => 0.5 },
    })
    await stage.bus.publish(tenTimes(envelopeOf()))
    await expect.poll(() => stage.rows('event_attempts')).toHaveLength(1)
    await settled()
    expect(await stage.rows('event_attempts')).toMatchObject([{ attempts: 1 }])
    expect(await handledAs('failed')).toBe(1)
  })

  test('E15: a projection passes an older version over, and what adds up counts each once in any order', async () => {
    const subject = randomUUID()
    stage.open([
      {
        name: 'projector',
        events: {
          'thing.changed.v1': onEvent(thingSchema, async (transaction, event) => {
            await applyIfNewer(transaction, { projection: 'last-version', event }, async () => {
              await transaction
                .insertInto('effects')
                .values({ consumer: 'projector', subject: event.subject, version: event.aggregate_version })
                .execute()
            })
          }),
        },
      },
      stage.counter('counter'),
    ])
    for (const version of [1, 3, 2, 5, 4]) {
      await stage.bus.publish([envelopeOf({ subject, aggregate_version: version })])
      await expect.poll(() => stage.bus.lag('projector')).toBe(0)
    }
    await settled()
    const effects = await stage.effects(subject)
    const of = (name: string) => effects.filter(({ consumer }) => consumer === name).map(({ version }) => version)
    expect(of('projector')).toEqual([1, 3, 5])
    expect(of('counter')).toEqual([1, 3, 2, 5, 4])
    expect(await stage.rows('dead_events')).toEqual([])
  })

  test('E17: an unknown type, and a version that is not known, are acknowledged and counted', async () => {
    stage.open([stage.counter('counter')])
    await stage.bus.publish([envelopeOf({ type: 'thing.invented.v1' }), envelopeOf({ type: 'thing.changed.v2' })])
    await expect.poll(() => stage.figure('events_ignored_total', { consumer: 'counter' })).toBe(2)
    await settled()
    for (const table of ['processed_events', 'event_attempts', 'dead_events'] as const)
      expect(await stage.rows(table)).toEqual([])
  })

  test('E17: a known type that fails its schema is dead at once with the pointer, and without a value of it', async () => {
    stage.open([
      {
        name: 'counter',
        events: {
          'thing.changed.v1': onEvent(z.object({ lines: z.array(z.object({ 'a/b': z.number() })) }), () =>
            Promise.resolve(),
          ),
        },
      },
    ])
    const event = envelopeOf({ data: { lines: [{ 'a/b': 1 }, { 'a/b': 'canary' }] } })
    await stage.bus.publish([event])
    await expect.poll(() => stage.rows('dead_events')).toHaveLength(1)
    const [dead] = await stage.rows('dead_events')
    expect(dead).toMatchObject({
      attempts: 1,
      last_error: expect.stringMatching(/^EventMalformed: \/data\/lines\/1\/a~1b: /),
    })
    expect(JSON.stringify({ ...dead, envelope: null })).not.toContain('canary')
  })

  test('E17: a field that a later release has added is accepted', async () => {
    stage.open([stage.counter('counter')])
    const event = envelopeOf({ data: { number: 1, added_later: 'yes' } })
    await stage.bus.publish([event])
    await expect.poll(() => stage.effects(event.subject)).toHaveLength(1)
  })

  test('an event that is sent again to one consumer is passed over by the others', async () => {
    stage.open([stage.counter('counter'), stage.counter('other')])
    await stage.bus.publish([envelopeOf({ consumer: 'other' })])
    await settled()
    await expect.poll(() => stage.effects()).toMatchObject([{ consumer: 'other' }])
  })

  test('a bus that cannot be joined yet is joined later, and the wait is two lines', async () => {
    let tries = 0
    stage.open([stage.counter('counter')], {
      bus: {
        lag: async () => 0,
        async consume(subscription) {
          tries += 1
          if (tries < 2) throw new Error('not there yet')
          return stage.bus.consume(subscription)
        },
      },
    })
    const event = envelopeOf()
    await stage.bus.publish([event])
    await expect.poll(() => stage.effects(event.subject), { timeout: 5_000 }).toHaveLength(1)
    const lines = stage.log.lines().filter(({ message }) => message.includes('joined'))
    expect(lines.map(({ level }) => level)).toEqual(['WARN', 'INFO'])
  })

  test('E23: figures are there from the start, rise with what happens, and know only type, consumer and result', async () => {
    stage.open(
      [stage.counter('counter', ({ data }) => (data.number === 0 ? Promise.reject(new Error('no')) : undefined))],
      {
        policy: { waitsSeconds: [], random: () => 0.5 },
      },
    )
    expect(await handledAs('done')).toBe(0)
    expect(await stage.figure('events_ignored_total', { consumer: 'counter' })).toBe(0)
    expect(await stage.figure('dead_events', { consumer: 'counter' })).toBe(0)
    await stage.bus.publish([envelopeOf(), envelopeOf({ data: { number: 0 } })])
    await expect.poll(() => handledAs('done')).toBe(1)
    await expect.poll(() => handledAs('dead')).toBe(1)
    await settled()
    expect(await stage.figure('dead_events', { consumer: 'counter' })).toBe(1)
    expect(await stage.figure('bus_lag', { consumer: 'counter' })).toBe(0)
    const text = await stage.metrics.registry.metrics()
    expect(text).toMatch(/event_handler_duration_seconds_count\{type="thing.changed.v1",consumer="counter"\} 2/)
    const labels = [...text.matchAll(/^(?:event|bus|dead)\w*\{(.+)\}/gm)].flatMap(([, all = '']) =>
      all.match(/\w+(?==")/g),
    )
    expect(new Set(labels)).toEqual(new Set(['type', 'consumer', 'result', 'le']))
  })
})
