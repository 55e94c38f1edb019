import { type QueryExecutorProvider, sql } from 'kysely'
import type { Logger } from '../kit/logging.ts'
import { startRepeating } from '../kit/repeat-until.ts'
import { forgetOldFamilies, forgetOldLinks, forgetOldSessions, rowsAtOnce } from './forget-old-logins.ts'

const sweepMilliseconds = 3_600_000

/** Drops counts that no longer count, because anyone can make one for any address. Returns how many. */
export async function forgetOldFailures(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from login_failures where address_hash in (
      select address_hash from login_failures
      where last_attempt_at < now() - interval '1 day'
      order by last_attempt_at
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}

/** Now and then. Every replica may do so: a row goes once. */
export function sweepOldRows(database: QueryExecutorProvider, logger: Logger): { stop(): Promise<void> } {
  return startRepeating({
    task: 'forgetting old wrong passwords, logins and links',
    everyMilliseconds: sweepMilliseconds,
    firstAfterMilliseconds: sweepMilliseconds,
    logger,
    async run() {
      const failures = await forgetOldFailures(database)
      const families = await forgetOldFamilies(database)
      const sessions = await forgetOldSessions(database)
      const links = await forgetOldLinks(database)
      logger.debug({ failures, families, sessions, links }, 'old wrong passwords, logins and links forgotten')
      return failures + families + sessions + links > 0 ? 'again' : 'wait'
    },
  })
}
