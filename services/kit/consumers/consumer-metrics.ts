import { type QueryExecutorProvider, sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { EventBus } from '../bus/bus.ts'
import type { Logger } from '../logging.ts'
import { durationBuckets, type Metrics } from '../metrics.ts'
import { withinTime } from '../within-time.ts'

/** `repeated`: it had taken effect before; `failed`: it is tried again; `dead`: it waits for somebody. */
const results = ['done', 'repeated', 'failed', 'dead'] as const
export type EventResult = (typeof results)[number]

export type ConsumerMetrics = ReturnType<typeof createConsumerMetrics>

type Parts = {
  readonly metrics: Metrics
  readonly consumers: readonly { readonly name: string; readonly events: Readonly<Record<string, unknown>> }[]
  readonly database: QueryExecutorProvider
  readonly bus: Pick<EventBus, 'lag'>
  readonly logger: Logger
}

const lagMilliseconds = 2_000

export function createConsumerMetrics(parts: Parts) {
  const { metrics, consumers } = parts
  const registers = [metrics.registry]
  const handled = new Counter({
    name: 'events_handled_total',
    help: 'Attempts to handle an event, by how they ended',
    labelNames: ['type', 'consumer', 'result'] as const,
    registers,
  })
  const ignored = new Counter({
    name: 'events_ignored_total',
    help: 'Events of a type or version that the consumer does not know',
    labelNames: ['consumer'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'event_handler_duration_seconds',
    help: 'Time of an attempt to handle an event, with its transaction',
    labelNames: ['type', 'consumer'] as const,
    buckets: durationBuckets,
    registers,
  })
  for (const { name: consumer, events } of consumers) {
    ignored.inc({ consumer }, 0)
    for (const type of Object.keys(events)) {
      duration.zero({ type, consumer })
      for (const result of results) handled.inc({ type, consumer, result }, 0)
    }
  }
  addBusLag(parts)
  addDeadEvents(parts)
  return {
    countIgnored: (consumer: string) => ignored.inc({ consumer }),
    countHandled({ type, consumer, result }: { type: string; consumer: string; result: EventResult }) {
      handled.inc({ type, consumer, result })
    },
    startTimer: (labels: { readonly type: string; readonly consumer: string }) => duration.startTimer(labels),
  }
}

function addBusLag({ metrics, consumers, bus, logger }: Parts): void {
  const lag = new Gauge({
    name: 'bus_lag',
    help: 'Events on the bus that the consumer has not finished',
    labelNames: ['consumer'] as const,
    registers: [metrics.registry],
    async collect() {
      await Promise.all(consumers.map(({ name }) => refresh(name)))
    },
  })
  async function refresh(consumer: string): Promise<void> {
    try {
      lag.set({ consumer }, await withinTime(bus.lag(consumer), lagMilliseconds, () => new Error('the bus is late')))
    } catch (error) {
      logger.debug({ error, consumer }, 'how much waits on the bus is as it was last read')
    }
  }
}

/** Asked of the table when somebody looks, so that every replica shows the same. */
function addDeadEvents({ metrics, consumers, database, logger }: Parts): void {
  const dead = new Gauge({
    name: 'dead_events',
    help: 'Events that the consumer gave up and nobody has sent again or dropped',
    labelNames: ['consumer'] as const,
    registers: [metrics.registry],
    async collect() {
      await refresh().catch((error: unknown) =>
        logger.warn({ error }, 'how many events are dead is as it was last read'),
      )
    },
  })
  async function refresh(): Promise<void> {
    const { rows } = await sql<{ consumer: string; count: number }>`
      select consumer, count(*) as count from dead_events
      where replayed_at is null and dropped_at is null group by consumer`.execute(database)
    for (const { name: consumer } of consumers) {
      dead.set({ consumer }, rows.find((row) => row.consumer === consumer)?.count ?? 0)
    }
  }
}
