import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import { accessToken } from '../kit/authentication.ts'
import type { Role } from '../kit/principal.ts'
import { Problem } from '../kit/problems.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { TokenSigner } from './access-token.ts'
import { addressTarget, auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import type { HashQueue } from './hash-queue.ts'
import type { Login } from './login-answer.ts'
import { addressHash, clearedFailures, lockedProblem, recordFailure, refusedAttempt } from './login-failures.ts'
import { unmatchableHash, verifyPassword } from './password-hash.ts'
import { usersProblems } from './problems.ts'
import { newRefreshToken } from './refresh-token.ts'
import { rehashPassword } from './rehash-password.ts'
import type { UsersTables } from './schema.ts'
import { tokenHash } from './token-hash.ts'

export type Credentials = { readonly email: string; readonly password: string }

export type LogIn = (credentials: Credentials, caller: Caller) => Promise<Login>

type Parts = {
  readonly database: Kysely<UsersTables>
  readonly hashes: HashQueue
  readonly sign: TokenSigner
  readonly unverified: 'allow' | 'deny'
  now(): Date
}

/** Whatever is wrong, the same two statements and one hash come before the same answer. */
export function createLogIn(parts: Parts): LogIn {
  const { database, hashes, sign } = parts
  const nobodysHash = unmatchableHash()
  return async ({ email, password }, caller) => {
    // In a storm most find no turn: they cost no statement, and whoever asks something else waits less behind them.
    hashes.refuseWhereFull()
    const { lockedSeconds, account } = await findAccount(database, email)
    if (lockedSeconds !== null) throw lockedProblem(lockedSeconds)
    const matches = await hashes.run(() => verifyPassword(password, account?.password_hash ?? nobodysHash))
    const now = parts.now()
    const refuse = () => refuseLogin(database, { email, userId: account?.id ?? null, caller, now })
    if (account === null || !matches || !mayLogIn(account, parts.unverified)) return refuse()

    const sessionId = uuidV7(now)
    const refreshToken = newRefreshToken()
    const late = await startSession(database, { account, email, sessionId, refreshToken, caller, now })
    if (late === null) return refuse()
    if (late.seconds !== null) throw lockedProblem(late.seconds)
    const { id: userId, role, verified: emailVerified } = account
    await rehashPassword({ database, hashes }, { userId, password, stored: account.password_hash })
    return {
      access_token: await sign({ userId, sessionId, role, emailVerified }, now),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: accessToken.lifetimeSeconds,
    }
  }
}

type Account = {
  id: string
  role: Role
  status: string
  verified: boolean
  password_hash: string
  password_changed_at: Date | null
}
type Found = { readonly lockedSeconds: number | null; readonly account: Account | null }

/** And whether the address is locked, in one statement. */
async function findAccount(database: QueryExecutorProvider, email: string): Promise<Found> {
  const { rows } = await sql<{ seconds: number | null } & { [Column in keyof Account]: Account[Column] | null }>`
    with ${refusedAttempt(addressHash(email))}
    select (select seconds from refused) as seconds,
      u.id, u.role, u.status, u.verified, u.password_hash, u.password_changed_at
    from (values (1)) one left join users u on lower(u.email) = lower(${email}) and u.deleted_at is null`.execute(
    database,
  )
  const [row] = rows
  if (row === undefined) throw new Error('a left join has a row')
  const { seconds: lockedSeconds, id, role, status, verified, password_hash, password_changed_at } = row
  if (id === null || role === null || status === null || verified === null || password_hash === null) {
    return { lockedSeconds, account: null }
  }
  return { lockedSeconds, account: { id, role, status, verified, password_hash, password_changed_at } }
}

type RefusedLogin = {
  readonly email: string
  readonly userId: string | null
  readonly caller: Caller
  readonly now: Date
}

async function refuseLogin(database: QueryExecutorProvider, refused: RefusedLogin): Promise<never> {
  const { email, caller, ...about } = refused
  const target = about.userId === null ? addressTarget(email) : `user:${about.userId}`
  const facts = { ...about, actor: 'anonymous', target }
  const seconds = await recordFailure(database, {
    hash: addressHash(email),
    failed: auditEntry(caller, { ...facts, action: 'login_failed' }),
    lock: auditEntry(caller, { ...facts, action: 'lock' }),
  })
  throw seconds === null ? new Problem(usersProblems.credentialsWrong) : lockedProblem(seconds)
}

function mayLogIn(account: { status: string; verified: boolean }, unverified: Parts['unverified']): boolean {
  return account.status === 'active' && (account.verified || unverified === 'allow')
}

type NewSession = {
  readonly account: Account
  readonly email: string
  readonly sessionId: string
  readonly refreshToken: string
  readonly caller: Caller
  readonly now: Date
}

/**
 * Session, the first token of its family, the end of the count and the trail in one statement: all or nothing, one
 * round trip. Null where the account is no longer what the password was compared with; seconds where it was locked
 * meanwhile.
 */
async function startSession(database: QueryExecutorProvider, session: NewSession) {
  const { account, email, sessionId, refreshToken, caller, now } = session
  const entry = auditEntry(caller, { now, action: 'login', userId: account.id, target: `session:${sessionId}` })
  // Ends by the database's clock, so that replicas agree about them.
  const { rows } = await sql<{ seconds: number | null }>`
    with account as (
      select id from users
      where id = ${account.id} and status = 'active' and deleted_at is null
        and password_changed_at is not distinct from ${account.password_changed_at}::timestamptz
      for share
    ), ${clearedFailures(addressHash(email), { account: 'account' })}, session as (
      insert into user_sessions (id, user_id, ip, user_agent)
      select ${sessionId}::uuid, account.id, ${caller.ip}, ${caller.userAgent}
      from account, late where late.seconds is null
      returning id, user_id
    ), token as (
      insert into refresh_tokens (id, user_id, session_id, family_id, token_hash, expires_at, family_expires_at)
      select ${uuidV7(now)}::uuid, user_id, id, ${uuidV7(now)}::uuid, ${tokenHash(refreshToken)}::bytea,
        now() + interval '7 days', now() + interval '30 days'
      from session
    ), trail as (
      insert into audit_logs (${auditColumns}) select ${auditValues(entry)} from session
    )
    select late.seconds from account, late`.execute(database)
  return rows[0] ?? null
}
