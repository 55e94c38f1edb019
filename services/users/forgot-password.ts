import { type QueryExecutorProvider, sql } from 'kysely'
import { addressTarget, auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { requestedMail } from './mail/mail-request.ts'
import type { MailedTokens } from './mailed-token.ts'
import { resetLink } from './reset-link.ts'

export type ForgotPassword = (email: string, caller: Caller) => Promise<void>

/** Mails a link to set a password, if there is an account. One statement, whoever has one. */
export function createForgotPassword(parts: {
  readonly database: QueryExecutorProvider
  readonly tokens: MailedTokens
  now(): Date
}): ForgotPassword {
  const { database, tokens } = parts
  return async (email, caller) => {
    const mail = { recipient: sql`user_id`, template: 'reset', tokenId: sql`id` } as const
    const target = addressTarget(email)
    const entry = auditEntry(caller, { now: parts.now(), action: 'forgot', userId: null, target })
    const found = { userId: sql`known.id`, target: sql`coalesce('user:' || known.id, ${target}::text)` }
    await sql`
      with known as (
        select id from users where lower(email) = lower(${email}) and deleted_at is null and status = 'active'
      ), ${resetLink(tokens, sql`select id from known`)}, requested as (
        select count(${requestedMail(mail, caller)}) from link
      )
      insert into audit_logs (${auditColumns})
      select ${auditValues(entry, found)} from requested left join known on true`.execute(database)
  }
}
