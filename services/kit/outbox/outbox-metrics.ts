import { type QueryExecutorProvider, sql } from 'kysely'
import { Counter, Gauge } from 'prom-client'
import type { Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'

export type OutboxMetrics = ReturnType<typeof createOutboxMetrics>

type Parts = {
  readonly database: QueryExecutorProvider
  readonly metrics: Metrics
  readonly logger: Logger
  /** Of the events that the service tells. */
  readonly types: readonly string[]
}

/** What waits is asked of the table when somebody looks, so that every replica shows the same. */
export function createOutboxMetrics({ database, metrics, logger, types }: Parts) {
  const registers = [metrics.registry]
  const published = new Counter({
    name: 'events_published_total',
    help: 'Events of the outbox that the bus has confirmed, by their type',
    labelNames: ['type'] as const,
    registers,
  })
  for (const type of types) published.inc({ type }, 0)

  let asked: Promise<void> | undefined
  const collect = () => {
    asked ??= refresh().finally(() => {
      asked = undefined
    })
    return asked
  }
  const lag = new Gauge({
    name: 'outbox_lag_seconds',
    help: 'How long the oldest event of the outbox has waited that the bus would take',
    registers,
    collect,
  })
  const unpublished = new Gauge({
    name: 'outbox_unpublished',
    help: 'Events of the outbox that the bus has not confirmed, also those that it refuses',
    registers,
    collect,
  })

  async function refresh(): Promise<void> {
    const waiting = await readWaiting(database).catch((error: unknown) => {
      logger.warn({ error }, 'figures of the outbox are as they were last read')
    })
    if (waiting === undefined) return
    lag.set(waiting.seconds)
    unpublished.set(waiting.count)
  }

  return { countPublished: (type: string) => published.inc({ type }) }
}

async function readWaiting(database: QueryExecutorProvider) {
  const { rows } = await sql<{ count: number; seconds: number }>`
    select count(*) as count, coalesce(extract(epoch from
      clock_timestamp() - min(coalesce(replay_requested_at, created_at)) filter (where refused_at is null)
    ), 0)::float8 as seconds
    from outbox_events where published_at is null`.execute(database)
  return rows[0]
}
