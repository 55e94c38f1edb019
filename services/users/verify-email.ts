import { type QueryExecutorProvider, sql } from 'kysely'
import { appendedEvent } from '../kit/outbox/outbox.ts'
import { Problem } from '../kit/problems.ts'
import { services } from '../registry.ts'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { usersProblems } from './problems.ts'
import { tokenHash } from './token-hash.ts'

export type VerifyEmail = (token: string, caller: Caller) => Promise<void>

/** Uses the token up and believes the address, in one statement: of two at once, one finds no token any more. */
export function createVerifyEmail(parts: { readonly database: QueryExecutorProvider; now(): Date }): VerifyEmail {
  return async (token, caller) => {
    const verified = { type: 'user.verified.v1', subject: sql`id`, data: sql`'{}'::jsonb` } as const
    const entry = auditEntry(caller, { now: parts.now(), action: 'verify', userId: null, target: '' })
    const { numAffectedRows } = await sql`
      with verified as (
        update users
        set verified = true, verification_token_hash = null, verification_expires_at = null, updated_at = now()
        where verification_token_hash = ${tokenHash(token)} and verification_expires_at > now()
          and deleted_at is null and status = 'active'
        returning id
      ), told as (
        select id, ${appendedEvent(services.users.longName, verified, caller)} from verified
      )
      insert into audit_logs (${auditColumns})
      select ${auditValues(entry, { userId: sql`id`, target: sql`'user:' || id` })} from told`.execute(parts.database)
    if (numAffectedRows !== 1n) throw new Problem(usersProblems.tokenInvalid)
  }
}
