import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import { repeatOnConflict } from '../kit/database-faults.ts'
import { appendedEvent } from '../kit/outbox/outbox.ts'
import { Problem } from '../kit/problems.ts'
import { services } from '../registry.ts'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { closeLogins } from './close-logins.ts'
import type { HashQueue } from './hash-queue.ts'
import { lockUser } from './lock-user.ts'
import { clearLoginFailures } from './login-failures.ts'
import { requestedMail } from './mail/mail-request.ts'
import { mailedTokenHash } from './mailed-token.ts'
import { hashPassword } from './password-hash.ts'
import { refuseGuessable } from './password-rules.ts'
import { usersProblems } from './problems.ts'
import type { UsersTables } from './schema.ts'

export type Reset = { readonly token: string; readonly password: string }

export type ResetPassword = (reset: Reset, caller: Caller) => Promise<void>

/** A new password for who holds the mailed token. It ends all logins and any lock, and proves the address. */
export function createResetPassword(parts: {
  readonly database: Kysely<UsersTables>
  readonly hashes: HashQueue
  now(): Date
}): ResetPassword {
  const { database, hashes } = parts
  return async ({ token, password }, caller) => {
    const tokenHash = mailedTokenHash(token)
    const account = await findAccount(database, tokenHash)
    if (account === undefined) throw new Problem(usersProblems.tokenInvalid)
    refuseGuessable(password, account.email)
    const passwordHash = await hashes.run(() => hashPassword(password))
    await repeatOnConflict(() =>
      database.transaction().execute(async (transaction) => {
        const change = { tokenHash, passwordHash, userId: account.id, caller, now: parts.now() }
        await lockUser(transaction, account.id)
        if (!(await changePassword(transaction, change))) throw new Problem(usersProblems.tokenInvalid)
        await closeLogins(transaction, { userId: account.id })
        await clearLoginFailures(transaction, account.id)
      }),
    )
  }
}

function findAccount(database: Kysely<UsersTables>, tokenHash: Buffer) {
  return database
    .selectFrom('password_reset_tokens as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .select(['u.id', 'u.email'])
    .where('t.token_hash', '=', tokenHash)
    .where('t.used_at', 'is', null)
    .where('t.expires_at', '>', sql<Date>`now()`)
    .where('u.status', '=', 'active')
    .executeTakeFirst()
}

type Change = {
  readonly tokenHash: Buffer
  readonly passwordHash: string
  readonly userId: string
  readonly caller: Caller
  readonly now: Date
}

/** False where another request used the token first. */
async function changePassword(transaction: QueryExecutorProvider, change: Change): Promise<boolean> {
  const { tokenHash, passwordHash, userId, caller, now } = change
  const verified = { type: 'user.verified.v1', subject: sql`id`, data: sql`'{}'::jsonb` } as const
  const mail = { recipient: sql`id`, template: 'password_changed' } as const
  const entry = auditEntry(caller, { now, action: 'reset', userId, actor: 'anonymous', target: `user:${userId}` })
  const { numAffectedRows } = await sql`
    with claimed as (
      update password_reset_tokens t set used_at = now() from users u
      where t.token_hash = ${tokenHash} and t.used_at is null and t.expires_at > now()
        and u.id = t.user_id and u.id = ${userId} and u.status = 'active'
      returning t.user_id, u.verified as was_verified
    ), changed as (
      update users u
      set password_hash = ${passwordHash}, password_changed_at = now(), updated_at = now(), verified = true,
        verification_token_hash = null, verification_expires_at = null, registered_again_at = null
      from claimed where u.id = claimed.user_id
      returning u.id, claimed.was_verified
    ), told as (
      select id, case when not was_verified then ${appendedEvent(services.users.longName, verified, caller)} end,
        ${requestedMail(mail, caller)}
      from changed
    )
    insert into audit_logs (${auditColumns}) select ${auditValues(entry)} from told`.execute(transaction)
  return numAffectedRows === 1n
}
