import { type Kysely, sql, type Transaction } from 'kysely'
import { refuseByConstraint } from '../kit/constraint-problems.ts'
import { repeatOnConflict } from '../kit/database-faults.ts'
import type { Outbox } from '../kit/events.ts'
import { Problem, problems } from '../kit/problems.ts'
import { adminRefusals } from './admin-refusals.ts'
import { auditEntry } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { closeLogins } from './close-logins.ts'
import { lockUser } from './lock-user.ts'
import { requestedMail } from './mail/mail-request.ts'
import type { UsersTables } from './schema.ts'

export type CloseAccount = (userId: string, caller: Caller) => Promise<void>

/**
 * Takes away who it was and every way in. The row stays, because orders, reviews and the trail name its id; its address
 * is free again. Throws 409 for the last admin.
 */
export function createCloseAccount(parts: {
  readonly database: Kysely<UsersTables>
  readonly outbox: Outbox
  now(): Date
}): CloseAccount {
  return (userId, caller) =>
    repeatOnConflict(() =>
      parts.database.transaction().execute(async (transaction) => {
        await lockUser(transaction, userId)
        await replacePerson(transaction, { userId, caller })
        await closeLogins(transaction, { userId })
        await transaction
          .updateTable('user_sessions')
          .set({ ip: null, user_agent: null })
          .where('user_id', '=', userId)
          .execute()
        const target = `user:${userId}`
        const entry = auditEntry(caller, { now: parts.now(), action: 'close', userId, target })
        await transaction.insertInto('audit_logs').values(entry).execute()
        await parts.outbox.append(transaction, [{ type: 'user.closed.v1', subject: userId, data: {} }], caller)
      }),
    ).catch(refuseByConstraint(adminRefusals))
}

type Closing = { readonly userId: string; readonly caller: Caller }

/** The last mail goes to the address that the row loses here. `invalid` is a domain that nobody can ever have. */
async function replacePerson(transaction: Transaction<UsersTables>, { userId, caller }: Closing): Promise<void> {
  const mail = { recipient: sql`changed.id`, template: 'account_closed', address: sql`open.email` } as const
  const { rows } = await sql`
    with open as (
      select id, email from users where id = ${userId} and status = 'active'
    ), changed as (
      update users u
      set status = 'closed', deleted_at = now(), updated_at = now(), name = 'Closed account', phone = null,
        locale = 'en', email = u.id || '@closed.invalid', password_hash = null, password_changed_at = now(),
        verification_token_hash = null, verification_expires_at = null, registered_again_at = null
      from open where u.id = open.id
      returning u.id
    )
    select ${requestedMail(mail, caller)} from open, changed`.execute(transaction)
  if (rows.length === 0) throw new Problem(problems.unauthenticated)
}
