import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * Ends the user's logins: sessions, their refresh tokens, and links by which a password could be set. Lock the user in
 * a statement before: then this one also sees a login that held the user until now. A session may be younger than this
 * transaction, and never ends before it began.
 */
export async function closeLogins(
  transaction: QueryExecutorProvider,
  { userId, exceptSession = null }: { readonly userId: string; readonly exceptSession?: string | null },
): Promise<void> {
  await sql`
    with sessions as (
      update user_sessions set ended_at = greatest(now(), created_at)
      where user_id = ${userId} and ended_at is null and id is distinct from ${exceptSession}::uuid
    ), links as (
      update password_reset_tokens set used_at = now() where user_id = ${userId} and used_at is null
    )
    update refresh_tokens set revoked_at = now()
    where user_id = ${userId} and revoked_at is null and session_id is distinct from ${exceptSession}::uuid`.execute(
    transaction,
  )
}
