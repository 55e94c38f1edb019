import { type Kysely, sql } from 'kysely'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { lockUser } from './lock-user.ts'
import { requestedMail } from './mail/mail-request.ts'
import type { UsersTables } from './schema.ts'

type Reuse = {
  readonly user_id: string
  readonly session_id: string
  readonly family_id: string
  readonly caller: Caller
  readonly now: Date
}

/**
 * A used refresh token was presented again: one of two who have it is a thief. Ends the session and every token of the
 * family, tells the trail and the user; once, however many present it. The user's other logins go on.
 */
export async function revokeFamily(database: Kysely<UsersTables>, reuse: Reuse): Promise<void> {
  const { user_id: userId, session_id: sessionId, family_id: familyId, caller, now } = reuse
  const about = { userId, actor: 'anonymous', target: `session:${sessionId}` } as const
  const entry = auditEntry(caller, { ...about, now, action: 'refresh_reuse' })
  const mail = { recipient: sql`user_id`, template: 'refresh_reuse' } as const
  await database.transaction().execute(async (transaction) => {
    await lockUser(transaction, userId)
    await sql`
      with ended as (
        update user_sessions set ended_at = greatest(now(), created_at)
        where id = ${sessionId}::uuid and ended_at is null
        returning user_id
      ), family as (
        update refresh_tokens t set revoked_at = now() from ended
        where t.family_id = ${familyId}::uuid and t.revoked_at is null
      ), told as (
        select user_id, ${requestedMail(mail, caller)} from ended
      )
      insert into audit_logs (${auditColumns}) select ${auditValues(entry)} from told`.execute(transaction)
  })
}
