import { type Kysely, sql } from 'kysely'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { lockUser } from './lock-user.ts'
import type { UsersTables } from './schema.ts'

type Ending = {
  readonly userId: string
  /** Null: all of the user's. */
  readonly sessionId: string | null
  readonly caller: Caller
  readonly now: Date
}

/** Logs out: the session and its refresh tokens end, and the trail tells it. False where there was none to end. */
export async function endSessions(database: Kysely<UsersTables>, ending: Ending): Promise<boolean> {
  const { userId, sessionId, caller, now } = ending
  const target = sessionId === null ? `user:${userId}` : `session:${sessionId}`
  const entry = auditEntry(caller, { now, action: 'logout', userId, target })
  return database.transaction().execute(async (transaction) => {
    await lockUser(transaction, userId)
    const { numAffectedRows } = await sql`
      with ended as (
        update user_sessions set ended_at = greatest(now(), created_at)
        where user_id = ${userId}::uuid and ended_at is null and id = coalesce(${sessionId}::uuid, id)
        returning id
      ), tokens as (
        update refresh_tokens t set revoked_at = now() from ended
        where t.session_id = ended.id and t.revoked_at is null
      )
      insert into audit_logs (${auditColumns}) select ${auditValues(entry)}
      where exists (select from ended)`.execute(transaction)
    return numAffectedRows === 1n
  })
}
