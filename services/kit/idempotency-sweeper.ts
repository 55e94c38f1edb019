import { type QueryExecutorProvider, sql } from 'kysely'
import type { Logger } from './logging.ts'
import { startRepeating } from './repeat-until.ts'

/** Clients may repeat for a day; a week leaves room for the ones that come back after a weekend. */
const keptDays = 7
const sweepMilliseconds = 3_600_000
const rowsAtOnce = 5_000

/** Forgets old keys, so that the table does not grow for ever. Returns how many. */
export async function forgetOldKeys(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from idempotency_keys where (user_id, key) in (
      select user_id, key from idempotency_keys
      where created_at < now() - make_interval(days => ${keptDays}) and locked_until < now()
      order by created_at
      limit ${rowsAtOnce}
    )`.execute(database)
  return Number(numAffectedRows)
}

/** Forgets old keys now and then. Every replica may do so: a row goes once. */
export function sweepIdempotencyKeys(database: QueryExecutorProvider, logger: Logger): { stop(): Promise<void> } {
  return startRepeating({
    task: 'forgetting old idempotency keys',
    everyMilliseconds: sweepMilliseconds,
    firstAfterMilliseconds: sweepMilliseconds,
    logger,
    async run() {
      const count = await forgetOldKeys(database)
      logger.debug({ count }, 'old idempotency keys forgotten')
      return 'wait'
    },
  })
}
