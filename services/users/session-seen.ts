import { type QueryExecutorProvider, sql } from 'kysely'
import type { Logger } from '../kit/logging.ts'
import { runOutsideRequest } from '../kit/request-scope.ts'

const pauseMilliseconds = 60_000
const sessionsAtMost = 10_000

export type SessionSeen = (sessionId: string) => void

/**
 * Keeps `last_seen_at` true to the minute: this process asks for it once a minute and session, and the statement writes
 * it once a minute whoever asks. No request waits for it, fails by it, or counts as one that has written.
 */
export function createSessionSeen(parts: {
  readonly database: QueryExecutorProvider
  readonly logger: Logger
  elapsed(): number
}): SessionSeen {
  const { database, logger, elapsed } = parts
  const written = new Map<string, number>()
  return (sessionId) => {
    const time = elapsed()
    if (time - (written.get(sessionId) ?? Number.NEGATIVE_INFINITY) < pauseMilliseconds) return
    // To the end, so that those in front are the oldest.
    written.delete(sessionId)
    written.set(sessionId, time)
    for (const oldest of written.keys()) {
      if (written.size <= sessionsAtMost) break
      written.delete(oldest)
    }
    const update = sql`
      update user_sessions set last_seen_at = now()
      where id = ${sessionId}::uuid and ended_at is null and last_seen_at <= now() - interval '1 minute'`
    runOutsideRequest(() => update.execute(database)).catch((error: unknown) =>
      logger.warn({ error }, 'when a session was last seen could not be written'),
    )
  }
}
