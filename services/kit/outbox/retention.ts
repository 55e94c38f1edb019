import { type QueryExecutorProvider, sql } from 'kysely'
import type { Logger } from '../logging.ts'
import { startRepeating } from '../repeat-until.ts'

/** As long as an event can be sent again; and longer than that, by whom it was handled. */
const kept = { publishedDays: 14, processedDays: 30 } as const
const rowsAtOnce = 1_000
const sweepMilliseconds = 3_600_000

/** Of events that were sent; whatever has not been stays, however old it is. Returns how many. */
export async function forgetPublishedEvents(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from outbox_events where published_at is not null and seq in (
      select seq from outbox_events
      where published_at < now() - make_interval(days => ${kept.publishedDays})
      order by published_at
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}

export async function forgetProcessedEvents(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from processed_events where (consumer, event_id) in (
      select consumer, event_id from processed_events
      where at < now() - make_interval(days => ${kept.processedDays})
      order by at
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}

/** Of the events that consumers gave up only those that somebody sent again or dropped. */
export async function forgetHandledDeadEvents(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from dead_events where (consumer, event_id) in (
      select consumer, event_id from dead_events
      where coalesce(replayed_at, dropped_at) < now() - make_interval(days => ${kept.processedDays})
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}

/** Now and then, by the database's clock. Every replica may do so: a row goes once. */
export function forgetOldEvents(database: QueryExecutorProvider, logger: Logger): { stop(): Promise<void> } {
  return startRepeating({
    task: 'forgetting old events',
    everyMilliseconds: sweepMilliseconds,
    firstAfterMilliseconds: sweepMilliseconds,
    logger,
    async run() {
      const published = await forgetPublishedEvents(database)
      const processed = await forgetProcessedEvents(database)
      const dead = await forgetHandledDeadEvents(database)
      logger.debug({ published, processed, dead }, 'old events forgotten')
      return Math.max(published, processed, dead) === rowsAtOnce ? 'again' : 'wait'
    },
  })
}
