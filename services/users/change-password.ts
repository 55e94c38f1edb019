import { z } from '@hono/zod-openapi'
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import { repeatOnConflict } from '../kit/database-faults.ts'
import type { UserPrincipal } from '../kit/principal.ts'
import { Problem, problems } from '../kit/problems.ts'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { closeLogins } from './close-logins.ts'
import type { HashQueue } from './hash-queue.ts'
import { addressHash, clearedFailures, lockedProblem, recordFailure, refusedAttempt } from './login-failures.ts'
import { requestedMail } from './mail/mail-request.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { givenPasswordSchema, guessableBecause, passwordSchema } from './password-rules.ts'
import { usersProblems } from './problems.ts'
import type { UsersTables } from './schema.ts'

export const passwordChangeSchema = z
  .strictObject({ current_password: givenPasswordSchema, new_password: passwordSchema })
  .openapi('PasswordChange')
export type PasswordChange = z.output<typeof passwordChangeSchema>

export type ChangePassword = (principal: UserPrincipal, change: PasswordChange, caller: Caller) => Promise<void>

/**
 * A new password for who knows the current one; a wrong one counts like one at login. Ends the user's other logins, so
 * that whoever else knew the old password is out.
 */
export function createChangePassword(parts: {
  readonly database: Kysely<UsersTables>
  readonly hashes: HashQueue
  now(): Date
}): ChangePassword {
  const { database, hashes } = parts
  return async ({ userId, sessionId }, { current_password, new_password }, caller) => {
    const account = await findOwnAccount(database, userId)
    if (account.lockedSeconds !== null) throw lockedProblem(account.lockedSeconds)
    refuseGuessableNew(new_password, account.email)
    if (new_password === current_password) throw refusedNew('unchanged', 'must be another than the current one')
    if (!(await hashes.run(() => verifyPassword(current_password, account.password_hash)))) {
      return refuseChange(database, { userId, caller, now: parts.now() })
    }

    const passwordHash = await hashes.run(() => hashPassword(new_password))
    const { password_changed_at: changedAt } = account
    const change = { userId, sessionId, passwordHash, changedAt, caller, now: parts.now() }
    await repeatOnConflict(() => database.transaction().execute((transaction) => applyChange(transaction, change)))
  }
}

type OwnAccount = {
  lockedSeconds: number | null
  email: string
  password_hash: string
  password_changed_at: Date | null
}

/** And whether the address is locked, in one statement. */
async function findOwnAccount(database: QueryExecutorProvider, userId: string): Promise<OwnAccount> {
  const { rows } = await sql<OwnAccount>`
    with ${refusedAttempt(hashOfUser(userId))}
    select (select seconds from refused) as "lockedSeconds", email, password_hash, password_changed_at
    from users where id = ${userId} and status = 'active'`.execute(database)
  const [account] = rows
  if (account === undefined) throw new Problem(problems.unauthenticated)
  return account
}

function hashOfUser(userId: string) {
  return addressHash(sql<string>`(select email from users where id = ${userId})`)
}

function refuseGuessableNew(password: string, email: string): void {
  const message = guessableBecause(password, email)
  if (message !== null) throw refusedNew('guessable', message)
}

function refusedNew(code: string, message: string): Problem {
  return new Problem(problems.invalid, { errors: [{ pointer: '/new_password', code, message }] })
}

type Refused = { readonly userId: string; readonly caller: Caller; readonly now: Date }

async function refuseChange(database: QueryExecutorProvider, { userId, caller, now }: Refused): Promise<never> {
  const facts = { now, userId, target: `user:${userId}` }
  const seconds = await recordFailure(database, {
    hash: hashOfUser(userId),
    failed: auditEntry(caller, { ...facts, action: 'password_change_failed' }),
    lock: auditEntry(caller, { ...facts, action: 'lock' }),
  })
  throw seconds === null ? currentPasswordWrong() : lockedProblem(seconds)
}

function currentPasswordWrong(): Problem {
  const errors = [{ pointer: '/current_password', code: 'wrong', message: 'is wrong' }]
  return new Problem(usersProblems.currentPasswordWrong, { errors })
}

type Change = {
  readonly userId: string
  readonly sessionId: string
  readonly passwordHash: string
  /** When the password was changed that the current one was compared with. */
  readonly changedAt: Date | null
  readonly caller: Caller
  readonly now: Date
}

async function applyChange(transaction: QueryExecutorProvider, change: Change): Promise<void> {
  const { userId, sessionId, passwordHash, changedAt, caller, now } = change
  const changed = await sql`
    update users set password_hash = ${passwordHash}, password_changed_at = now(), updated_at = now()
    where id = ${userId} and status = 'active'
      and password_changed_at is not distinct from ${changedAt}::timestamptz`.execute(transaction)
  if (changed.numAffectedRows !== 1n) throw currentPasswordWrong()
  await clearFailuresInTime(transaction, userId)
  await closeLogins(transaction, { userId, exceptSession: sessionId })
  const entry = auditEntry(caller, { now, action: 'password_change', userId, target: `user:${userId}` })
  const mail = { recipient: sql`${userId}::uuid`, template: 'password_changed' } as const
  await sql`
    with trail as (insert into audit_logs (${auditColumns}) values (${auditValues(entry)}))
    select ${requestedMail(mail, caller)}`.execute(transaction)
}

/** Of many guesses at once the right one, too, is refused once the wrong ones have locked the address. */
async function clearFailuresInTime(transaction: QueryExecutorProvider, userId: string): Promise<void> {
  const { rows } = await sql<{ seconds: number | null }>`
    with account as (select id from users where id = ${userId}),
      ${clearedFailures(hashOfUser(userId), { account: 'account' })}
    select seconds from late`.execute(transaction)
  const seconds = rows[0]?.seconds ?? null
  if (seconds !== null) throw lockedProblem(seconds)
}
