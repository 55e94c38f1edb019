import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createOutboxMetrics } from '../outbox/outbox-metrics.ts'
import { type Relay, startRelay } from '../outbox/relay.ts'
import { type EventDatabase, eventDatabase, outbox, thing } from '../outbox/testing/event-database.ts'
import { requestScope } from '../request-scope.ts'
import { type ScriptedServer, scriptedServer } from '../testing/scripted-server.ts'
import type { Tracing } from '../trace-span.ts'
import { startTracing } from '../tracing.ts'
import { causeOfEvent, onEvent } from './consumer.ts'
import { type ConsumerStage, consumerStage, thingSchema } from './testing/consumer-stage.ts'

const spanSchema = z.object({ traceId: z.string(), name: z.string(), kind: z.int() })
const exportSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
})

let database: EventDatabase
let stage: ConsumerStage
let collector: ScriptedServer
let tracing: Tracing
let relay: Relay
beforeAll(async () => {
  database = await eventDatabase()
  collector = await scriptedServer()
  collector.script(() => ({ status: 200, json: {} }))
})
afterAll(async () => {
  await collector.close()
  await database.drop()
})
beforeEach(async () => {
  stage = await consumerStage(database, 'postgres')
  await sql`truncate outbox_events, outbox_subjects`.execute(database.kysely)
  tracing = startTracing({ endpoint: collector.url, ratio: 1, resource: { 'service.name': 'test' } })
  const { kysely, url } = database
  const { bus, metrics, log } = stage
  const figures = createOutboxMetrics({ database: kysely, metrics, logger: log.logger, types: ['thing.changed.v1'] })
  relay = startRelay({ url, applicationName: 'test', bus, logger: log.logger, metrics: figures, tracing })
})
afterEach(async () => {
  await relay.close()
  await stage.close()
  await tracing.close()
})

const spans = () =>
  collector.calls.flatMap(({ body }) =>
    exportSchema.parse(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )

test('E10: on an idle system a commit reaches a consumer within a second', async () => {
  stage.open([stage.counter('counter')])
  const first = randomUUID()
  await database.append(thing(first))
  await expect.poll(() => stage.effects(first), { timeout: 10_000 }).toHaveLength(1)
  for (let round = 0; round < 3; round += 1) {
    await delay(300)
    const subject = randomUUID()
    await database.append(thing(subject))
    await expect.poll(() => stage.effects(subject), { timeout: 1_000, interval: 20 }).toHaveLength(1)
  }
})

test('E22: request, relay and handler share one trace and one request id, and so do the events that a handler tells', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const cause = { requestId: 'req-22', traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
  const subject = randomUUID()
  let seen: string | undefined
  stage.open(
    [
      {
        name: 'follower',
        events: {
          'thing.changed.v1': onEvent(thingSchema, async (transaction, event) => {
            seen = requestScope()?.span?.traceId
            await outbox.append(transaction, [{ ...thing(subject), type: 'thing.followed.v1' }], causeOfEvent(event))
          }),
        },
      },
    ],
    { tracing },
  )
  await database.kysely.transaction().execute((transaction) => outbox.append(transaction, [thing(subject)], cause))
  const followed = async () =>
    (await database.kysely.selectFrom('outbox_events').selectAll().where('type', '=', 'thing.followed.v1').execute())[0]
  await expect.poll(followed, { timeout: 10_000 }).toMatchObject({
    envelope: { request_id: 'req-22', traceparent: expect.stringContaining(traceId) },
  })
  expect(seen).toBe(traceId)
  await expect.poll(async () => (await followed())?.published_at).toEqual(expect.any(Date))
  await tracing.close()
  const ofTrace = spans().filter((span) => span.traceId === traceId)
  expect(ofTrace.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'publish thing.changed.v1',
      'handle thing.changed.v1',
      'publish thing.followed.v1',
      'select',
    ]),
  )
  const lines = stage.log.lines().filter((line) => line.request_id === 'req-22')
  expect(lines.map(({ message }) => message)).toEqual(['event published', 'event handled', 'event published'])
  expect(lines[1]).toMatchObject({ trace_id: traceId, consumer: 'follower' })
})

test('E23: what waits in the outbox, and for how long, rises and falls; what is published is counted', async () => {
  await relay.close()
  const { kysely, url } = database
  expect([await stage.figure('outbox_unpublished', {}), await stage.figure('outbox_lag_seconds', {})]).toEqual([0, 0])
  expect(await stage.figure('events_published_total', { type: 'thing.changed.v1' })).toBe(0)
  await database.append(thing(), thing())
  await sql`update outbox_events set created_at = now() - interval '1 minute'`.execute(kysely)
  expect(await stage.figure('outbox_unpublished', {})).toBe(2)
  expect(await stage.figure('outbox_lag_seconds', {})).toBeGreaterThanOrEqual(60)
  const published: string[] = []
  const metrics = { countPublished: (type: string) => void published.push(type) }
  relay = startRelay({ url, applicationName: 'test', bus: stage.bus, logger: stage.log.logger, metrics })
  await expect.poll(() => stage.figure('outbox_unpublished', {})).toBe(0)
  expect(await stage.figure('outbox_lag_seconds', {})).toBe(0)
  expect(published).toEqual(['thing.changed.v1', 'thing.changed.v1'])
})
