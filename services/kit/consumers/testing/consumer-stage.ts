import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { EventBus } from '../../bus/bus.ts'
import type { Envelope } from '../../bus/envelope.ts'
import { openBus } from '../../bus/open-bus.ts'
import { createMetrics } from '../../metrics.ts'
import type { EventTables } from '../../outbox/event-schema.ts'
import type { EventDatabase } from '../../outbox/testing/event-database.ts'
import { keptLog } from '../../testing/test-app.ts'
import { uuidV7 } from '../../uuid-v7.ts'
import { type ConsumedEvent, type Consumer, onEvent } from '../consumer.ts'
import { type ConsumersParts, type OpenConsumers, openConsumers } from '../open-consumers.ts'
import { createMemoryBus } from './memory-bus.ts'

/** Effects that a test can count: a row each time that the handler of `counter` ran to its end. */
export type StageTables = EventTables & { effects: { consumer: string; subject: string; version: number } }

export const thingSchema = z.object({ number: z.number() })
export type Thing = ConsumedEvent<{ number: number }>

/** An envelope as the outbox of some service would have it. */
export const envelopeOf = (change: Partial<Envelope> = {}): Envelope => ({
  id: uuidV7(new Date()),
  type: 'thing.changed.v1',
  source: 'test-service',
  time: new Date().toISOString(),
  subject: randomUUID(),
  aggregate_version: 1,
  request_id: 'r-1',
  data: { number: 1 },
  ...change,
})

/** A bus within the test, one in its database, or that of a Redis. */
export type StageBus = 'memory' | 'postgres' | { readonly redisUrl: string }

/** A bus and a log of one test, on tables that are empty. */
export async function consumerStage({ kysely, url }: EventDatabase, kind: StageBus = 'memory') {
  const busUrl = typeof kind === 'object' ? kind.redisUrl : url
  const prefix = randomUUID()
  const database = kysely.withTables<{ effects: StageTables['effects'] }>()
  await sql`create table if not exists effects (consumer text, subject uuid, version integer)`.execute(database)
  await sql`
    truncate effects, processed_events, event_attempts, dead_events, projection_versions, bus_entries, bus_groups cascade`.execute(
    database,
  )
  const log = keptLog()
  const metrics = createMetrics()
  const buses: EventBus[] = []
  const newBus = async (): Promise<EventBus> => {
    const { logger } = log
    const options = { url: busUrl, source: 'test', logger, prefix, validate: () => null }
    const made = kind === 'memory' ? createMemoryBus() : await openBus(options)
    buses.push(made)
    return made
  }
  const bus = await newBus()
  const opened: OpenConsumers[] = []

  /** Its waits are a hundredth of the real ones, so that eight attempts fit into a test. */
  function open(
    consumers: readonly Consumer<StageTables>[],
    parts: Partial<Omit<ConsumersParts<StageTables>, 'consumers'>> = {},
  ) {
    const policy = { waitsSeconds: [0.01, 0.02, 0.04, 0.08, 0.1, 0.1, 0.1], random: () => 0.5 }
    const common = { database, bus, logger: log.logger, policy, retryMilliseconds: 20 }
    // Of a second process the figures would be others.
    const own = opened.length === 0 ? metrics : createMetrics()
    const consuming = openConsumers<StageTables>({ consumers, metrics: own, ...common, ...parts })
    opened.push(consuming)
    return consuming
  }

  return {
    bus,
    newBus,
    log,
    metrics,
    open,
    /** Counts each effect; `first` runs before it, in its transaction, and may fail. */
    counter: (
      name: string,
      first: (event: Thing) => Promise<void> | void = () => undefined,
    ): Consumer<StageTables> => ({
      name,
      events: {
        'thing.changed.v1': onEvent(thingSchema, async (transaction, event) => {
          await first(event)
          const { subject, aggregate_version: version } = event
          await transaction.insertInto('effects').values({ consumer: name, subject, version }).execute()
        }),
      },
    }),
    effects: (subject?: string) => {
      const all = database.selectFrom('effects').select(['consumer', 'subject', 'version'])
      return (subject === undefined ? all : all.where('subject', '=', subject)).execute()
    },
    async figure(name: string, labels: Readonly<Record<string, string>>) {
      const metric = await metrics.registry.getSingleMetric(name)?.get()
      const wanted = Object.entries(labels)
      return metric?.values.find((value) => wanted.every(([label, text]) => Reflect.get(value.labels, label) === text))
        ?.value
    },
    rows: (table: 'processed_events' | 'event_attempts' | 'dead_events') =>
      database.selectFrom(table).selectAll().execute(),
    async close() {
      await Promise.all(opened.map((each) => each.close()))
      await Promise.all(buses.map((each) => each.close()))
    },
  }
}

export type ConsumerStage = Awaited<ReturnType<typeof consumerStage>>
