import { type QueryExecutorProvider, sql } from 'kysely'

const familiesAtOnce = sql.lit(200)
export const rowsAtOnce = 5_000

/**
 * Drops whole families of refresh tokens once no access token of them lives either: until a family's end every token of
 * it tells a reuse. Its login has ended with it. Users that are held are left for the next time, so nobody is waited for.
 * Returns how many went here: another replica may have been faster.
 */
export async function forgetOldFamilies(database: QueryExecutorProvider): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with over as (
      select t.family_id, t.session_id, t.family_expires_at from refresh_tokens t join users u on u.id = t.user_id
      where t.parent_id is null and t.family_expires_at < now() - interval '1 hour'
      order by t.family_expires_at
      limit ${familiesAtOnce}
      for no key update of u skip locked
    ), tokens as (
      delete from refresh_tokens t using over where t.session_id = over.session_id and t.family_id = over.family_id
      returning t.family_id
    ), sessions as (
      update user_sessions s set ended_at = greatest(over.family_expires_at, s.created_at)
      from over where s.id = over.session_id and s.ended_at is null
    )
    select count(distinct family_id)::integer as count from tokens`.execute(database)
  return rows[0]?.count ?? 0
}

/** Drops what ended 30 days ago and has no tokens any more. */
export async function forgetOldSessions(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from user_sessions where id in (
      select s.id from user_sessions s
      where s.ended_at < now() - interval '30 days'
        and not exists (select from refresh_tokens t where t.session_id = s.id)
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}

/** Drops links that no longer work and no longer count for how many an hour may have. */
export async function forgetOldLinks(database: QueryExecutorProvider): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from password_reset_tokens where id in (
      select id from password_reset_tokens
      where expires_at < now() - interval '1 day' or used_at < now() - interval '1 day'
      limit ${rowsAtOnce}
      for update skip locked
    )`.execute(database)
  return Number(numAffectedRows)
}
