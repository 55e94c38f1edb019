import { randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, sql } from 'kysely'
import type { Caller } from './caller.ts'
import { requestedMail } from './mail/mail-request.ts'
import { type MailedTokens, mailedTokenHash } from './mailed-token.ts'
import { resetLink } from './reset-link.ts'

export type ResendVerification = (email: string, caller: Caller) => Promise<void>

/**
 * A new link for an account that is not verified, once a minute; the one before no longer works. Where the address was
 * registered more than once, the link sets a password instead (register.ts). One statement, whoever has an account.
 */
export function createResendVerification(parts: {
  readonly database: QueryExecutorProvider
  readonly tokens: MailedTokens
}): ResendVerification {
  const { database, tokens } = parts
  return async (email, caller) => {
    const tokenId = randomUUID()
    const tokenHash = mailedTokenHash(tokens.tokenOf('verify', tokenId))
    const mail = { recipient: sql`recipient`, template: sql`template`, tokenId: sql`token_id` }
    await sql`
      with asked as (
        update users set
          verification_sent_at = now(),
          verification_token_hash = case when registered_again_at is null then ${tokenHash}::bytea end,
          verification_expires_at = case when registered_again_at is null then now() + interval '24 hours' end
        where lower(email) = lower(${email}) and deleted_at is null and status = 'active' and not verified
          and (verification_sent_at is null or verification_sent_at <= now() - interval '1 minute')
        returning id, registered_again_at is not null as disputed
      ), ${resetLink(tokens, sql`select id from asked where disputed`)}, mail (recipient, template, token_id) as (
        select id, 'verify', ${tokenId}::uuid from asked where not disputed
        union all select user_id, 'reset', id from link
      )
      select ${requestedMail(mail, caller)} as event_id from mail`.execute(database)
  }
}
