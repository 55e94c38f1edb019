import { createHash, randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { accessToken } from '../kit/authentication.ts'
import { Problem } from '../kit/problems.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { TokenSigner } from './access-token.ts'
import { auditEntry } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import type { HashQueue } from './hash-queue.ts'
import { unmatchableHash, verifyPassword } from './password-hash.ts'
import { usersProblems } from './problems.ts'
import type { UsersTables } from './schema.ts'

export type Credentials = { readonly email: string; readonly password: string }

export type Login = { access_token: string; refresh_token: string; token_type: 'Bearer'; expires_in: number }

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
    const account = await findAccount(database, email)
    const matches = await hashes.run(() => verifyPassword(password, account?.password_hash ?? nobodysHash))
    const now = parts.now()
    if (account === undefined || !matches || !mayLogIn(account, parts.unverified)) {
      const userId = account?.id ?? null
      const entry = auditEntry(caller, { now, action: 'login_failed', userId, target: email })
      await database
        .insertInto('audit_logs')
        .values({ ...entry, actor: 'anonymous' })
        .execute()
      throw new Problem(usersProblems.credentialsWrong)
    }

    const sessionId = uuidV7(now)
    const refreshToken = randomBytes(32).toString('base64url')
    await startSession(database, { userId: account.id, sessionId, refreshToken, caller, now })
    const { id: userId, role, verified: emailVerified } = account
    return {
      access_token: await sign({ userId, sessionId, role, emailVerified }, now),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: accessToken.lifetimeSeconds,
    }
  }
}

/** How a refresh token is looked up; the token itself is nowhere stored. */
export function refreshTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function findAccount(database: Kysely<UsersTables>, email: string) {
  return database
    .selectFrom('users')
    .select(['id', 'role', 'status', 'verified', 'password_hash'])
    .where(sql`lower(email)`, '=', sql`lower(${email})`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

function mayLogIn(account: { status: string; verified: boolean }, unverified: Parts['unverified']): boolean {
  return account.status === 'active' && (account.verified || unverified === 'allow')
}

type NewSession = {
  readonly userId: string
  readonly sessionId: string
  readonly refreshToken: string
  readonly caller: Caller
  readonly now: Date
}

/** Session, the first token of its family and the trail in one statement: all or nothing, one round trip. */
async function startSession(database: Kysely<UsersTables>, session: NewSession): Promise<void> {
  const { userId, sessionId, refreshToken, caller, now } = session
  await database
    .with('session', (query) =>
      query
        .insertInto('user_sessions')
        .values({ id: sessionId, user_id: userId, ip: caller.ip, user_agent: caller.userAgent })
        .returning('id'),
    )
    .with('token', (query) =>
      query
        .insertInto('refresh_tokens')
        .values({
          id: uuidV7(now),
          user_id: userId,
          session_id: sessionId,
          family_id: uuidV7(now),
          token_hash: refreshTokenHash(refreshToken),
          // By the database's clock, so that replicas agree about the end.
          expires_at: sql`now() + interval '7 days'`,
          family_expires_at: sql`now() + interval '30 days'`,
        })
        .returning('id'),
    )
    .insertInto('audit_logs')
    .values(auditEntry(caller, { now, action: 'login', userId, target: `session:${sessionId}` }))
    .execute()
}
