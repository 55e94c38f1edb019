import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import type { UsersTables } from '../schema.ts'
import { tokenHash } from '../token-hash.ts'

export type SignedIn = {
  readonly userId: string
  readonly sessionId: string
  readonly familyId: string
  /** The first of its family. */
  readonly refreshToken: string
}

/** A login as the tables have it, without the wait for a hash; of a new user, or one more of the given one. */
export async function signIn(kysely: Kysely<UsersTables>, userId?: string): Promise<SignedIn> {
  const now = new Date()
  const user = userId ?? uuidV7(now)
  const [sessionId, familyId] = [uuidV7(now), uuidV7(now)]
  const refreshToken = randomBytes(32).toString('base64url')
  if (userId === undefined) {
    await sql`
      insert into users (id, email, name, password_hash, verified)
      values (${user}, ${`${user}@shop.test`}, 'Ada', '$argon2id$v=19$m=1,t=1,p=1$none', true)`.execute(kysely)
  }
  await sql`insert into user_sessions (id, user_id) values (${sessionId}, ${user})`.execute(kysely)
  await sql`
    insert into refresh_tokens (id, user_id, session_id, family_id, token_hash, expires_at, family_expires_at)
    values (${uuidV7(now)}, ${user}, ${sessionId}, ${familyId}, ${tokenHash(refreshToken)},
      now() + interval '7 days', now() + interval '30 days')`.execute(kysely)
  return { userId: user, sessionId, familyId, refreshToken }
}

/** What the tables have of a login. */
export async function stateOf(kysely: Kysely<UsersTables>, { userId, sessionId, familyId }: SignedIn) {
  const { rows } = await sql<
    Record<'tokens' | 'heads' | 'revoked' | 'unrevoked' | 'ended' | 'reuses' | 'mails', number>
  >`
    select
      (select count(*) from refresh_tokens where family_id = ${familyId}) as tokens,
      (select count(*) from refresh_tokens
       where family_id = ${familyId} and used_at is null and revoked_at is null) as heads,
      (select count(*) from refresh_tokens where family_id = ${familyId} and revoked_at is not null) as revoked,
      (select count(*) from refresh_tokens where family_id = ${familyId} and revoked_at is null) as unrevoked,
      (select count(*) from user_sessions where id = ${sessionId} and ended_at is not null) as ended,
      (select count(*) from audit_logs where user_id = ${userId} and action = 'refresh_reuse') as reuses,
      (select count(*) from notifications where recipient_id = ${userId} and template = 'refresh_reuse') as mails
    `.execute(kysely)
  const [row] = rows
  if (row === undefined) throw new Error('counts are a row')
  return row
}
