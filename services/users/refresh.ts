import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import { accessToken } from '../kit/authentication.ts'
import type { Role } from '../kit/principal.ts'
import { Problem } from '../kit/problems.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { TokenSigner } from './access-token.ts'
import type { Caller } from './caller.ts'
import type { Login } from './login-answer.ts'
import { usersProblems } from './problems.ts'
import type { SuccessorOf } from './refresh-token.ts'
import { type PresentedToken, refreshVerdict } from './refresh-verdict.ts'
import { revokeFamily } from './revoke-family.ts'
import type { UsersTables } from './schema.ts'
import { tokenHash } from './token-hash.ts'

export type Refresh = (token: string, caller: Caller) => Promise<Login>

type Parts = {
  readonly database: Kysely<UsersTables>
  readonly sign: TokenSigner
  readonly successorOf: SuccessorOf
  now(): Date
}

/**
 * A new access token and the successor of the refresh token, which is used up by it. Throws `auth/refresh-invalid`, or
 * `auth/refresh-superseded` where the successor is in use already.
 */
export function createRefresh({ database, sign, successorOf, now }: Parts): Refresh {
  const signedIn = async (login: RefreshedLogin, successor: string): Promise<Login> => {
    const { user_id: userId, session_id: sessionId, role, verified: emailVerified } = login
    return {
      access_token: await sign({ userId, sessionId, role, emailVerified }, now()),
      refresh_token: successor,
      token_type: 'Bearer',
      expires_in: accessToken.lifetimeSeconds,
    }
  }

  return async (token, caller) => {
    const successor = successorOf(token)
    const rotation = { hash: tokenHash(token), successorHash: tokenHash(successor) }
    const rotated = await rotate(database, { ...rotation, id: uuidV7(now()) })
    if (rotated !== undefined) return signedIn(rotated, successor)

    const presented = await findPresented(database, rotation)
    const verdict = refreshVerdict(presented)
    if (verdict === 'repeat' && presented !== undefined) return signedIn(presented, successor)
    if (verdict === 'superseded') throw new Problem(usersProblems.refreshSuperseded)
    if (verdict === 'reuse' && presented !== undefined)
      await revokeFamily(database, { ...presented, caller, now: now() })
    throw new Problem(usersProblems.refreshInvalid)
  }
}

type RefreshedLogin = { user_id: string; session_id: string; role: Role; verified: boolean }
type Rotation = { readonly hash: Buffer; readonly successorHash: Buffer }

/**
 * One statement: of all who present a token at once, one uses it. The user is held first, as everywhere, so that a
 * login which is ended at the same time ends with its newest token.
 */
async function rotate(
  database: QueryExecutorProvider,
  { hash, successorHash, id }: Rotation & { readonly id: string },
) {
  const { rows } = await sql<RefreshedLogin>`
    with account as (
      select u.id, u.role, u.verified from users u join refresh_tokens t on t.user_id = u.id
      where t.token_hash = ${hash}::bytea and u.status = 'active'
      for share of u
    ), presented as (
      update refresh_tokens t set used_at = now() from account, user_sessions s
      where t.token_hash = ${hash}::bytea and t.used_at is null and t.revoked_at is null and t.expires_at > now()
        -- times have milliseconds: a successor must not be over in the one that it is made in
        and t.family_expires_at > now() + interval '1 second'
        and account.id = t.user_id and s.id = t.session_id and s.ended_at is null
      returning t.id, t.user_id, t.session_id, t.family_id, t.family_expires_at
    ), successor as (
      insert into refresh_tokens
        (id, user_id, session_id, family_id, parent_id, token_hash, expires_at, family_expires_at)
      select ${id}::uuid, user_id, session_id, family_id, id, ${successorHash}::bytea,
        least(now() + interval '7 days', family_expires_at), family_expires_at
      from presented
    ), seen as (
      update user_sessions s set last_seen_at = now() from presented
      where s.id = presented.session_id and s.last_seen_at <= now() - interval '1 minute'
    )
    select presented.user_id, presented.session_id, account.role, account.verified from presented, account`.execute(
    database,
  )
  return rows[0]
}

type Presented = RefreshedLogin & PresentedToken & { family_id: string }

async function findPresented(database: QueryExecutorProvider, { hash, successorHash }: Rotation) {
  const { rows } = await sql<Presented>`
    select t.user_id, t.session_id, t.family_id, u.role, u.verified,
      u.status = 'active' and s.ended_at is null and t.revoked_at is null and t.family_expires_at > now() as live,
      t.used_at is not null as used,
      coalesce(t.used_at > now() - interval '10 seconds', false) as "inGrace",
      coalesce(
        n.token_hash = ${successorHash}::bytea and n.used_at is null and n.revoked_at is null, false
      ) as "successorIsHead"
    from refresh_tokens t
      join users u on u.id = t.user_id
      join user_sessions s on s.id = t.session_id
      left join refresh_tokens n on n.parent_id = t.id
    where t.token_hash = ${hash}::bytea`.execute(database)
  return rows[0]
}
