import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { MailedTokens } from './mailed-token.ts'
import { tokenHash } from './token-hash.ts'

/** So many links an hour and account; the last one stays good, so whoever asks for more shuts nobody out. */
const mailsAnHour = sql.lit(5)
const hourIsOver = sql`t.counted_from <= now() - interval '1 hour'`

/**
 * For a `with`: `link(user_id, id)` has a row for each of the accounts in `source` that gets a new token; the one that
 * the account had no longer works.
 */
export function resetLink(tokens: MailedTokens, source: RawBuilder<unknown>): RawBuilder<unknown> {
  const tokenId = randomUUID()
  const hash = tokenHash(tokens.tokenOf('reset', tokenId))
  return sql`link as (
    insert into password_reset_tokens as t (id, user_id, token_hash, expires_at)
    select ${tokenId}::uuid, account.id, ${hash}::bytea, now() + interval '1 hour' from (${source}) as account
    on conflict (user_id) where used_at is null do update set
      id = excluded.id,
      token_hash = excluded.token_hash,
      created_at = now(),
      expires_at = excluded.expires_at,
      mails = case when ${hourIsOver} then 1 else t.mails + 1 end,
      counted_from = case when ${hourIsOver} then now() else t.counted_from end
    where t.mails < ${mailsAnHour} or ${hourIsOver}
    returning user_id, id
  )`
}
