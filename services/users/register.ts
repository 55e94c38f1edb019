import { randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, sql } from 'kysely'
import { appendedEvent } from '../kit/outbox/outbox.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { addressTarget, auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import type { HashQueue } from './hash-queue.ts'
import { requestedMail } from './mail/mail-request.ts'
import { type MailedTokens, mailedTokenHash } from './mailed-token.ts'
import { hashPassword } from './password-hash.ts'
import { refuseGuessable } from './password-rules.ts'
import { resetLink } from './reset-link.ts'

export type Registration = { readonly email: string; readonly name: string; readonly password: string }

export type Register = (registration: Registration, caller: Caller) => Promise<void>

type Parts = {
  readonly database: QueryExecutorProvider
  readonly hashes: HashQueue
  readonly tokens: MailedTokens
  now(): Date
}

/**
 * Makes an account, or leaves the one that has this address as it is. Both ways take one hash and one statement, so
 * that neither the answer nor its time tells who has an account; the mail does, to whom it concerns.
 */
export function createRegister(parts: Parts): Register {
  const { hashes } = parts
  return async (registration, caller) => {
    refuseGuessable(registration.password, registration.email)
    const passwordHash = await hashes.run(() => hashPassword(registration.password))
    await addAccount(parts, { ...registration, passwordHash, caller })
  }
}

type Account = Registration & { readonly passwordHash: string; readonly caller: Caller }

/**
 * Where the address is known, but was never verified, nobody knows whose password the account has: its first link is
 * void from here on, and who owns the address gets one to set a password of their own. Once a minute at most.
 */
async function addAccount(parts: Parts, { email, name, passwordHash, caller }: Account): Promise<void> {
  const now = parts.now()
  const tokenId = randomUUID()
  const tokenHash = mailedTokenHash(parts.tokens.tokenOf('verify', tokenId))
  const registered = { type: 'user.registered.v1', subject: sql`id`, data: sql`'{}'::jsonb` } as const
  const mail = { recipient: sql`recipient`, template: sql`template`, tokenId: sql`token_id` }
  const target = addressTarget(email)
  const entry = auditEntry(caller, { now, action: 'register', userId: null, target })
  const found = {
    userId: sql`added.id`,
    target: sql`coalesce('user:' || coalesce(added.id, owner.id), ${target}::text)`,
  }
  await sql`
    with added as (
      insert into users
        (id, email, name, password_hash, verification_token_hash, verification_expires_at, verification_sent_at)
      values (${uuidV7(now)}, ${email}, ${name}, ${passwordHash}, ${tokenHash}, now() + interval '24 hours', now())
      on conflict (lower(email)) where deleted_at is null do nothing
      returning id
    ), known as (
      update users
      set registered_again_at = now(), verification_token_hash = null, verification_expires_at = null
      where lower(email) = lower(${email}) and deleted_at is null and status = 'active'
        and (registered_again_at is null or registered_again_at <= now() - interval '1 minute')
      returning id, verified
    ), ${resetLink(parts.tokens, sql`select id from known where not verified`)}, registered as (
      select id, ${appendedEvent(services.users.longName, registered, caller)} from added
    ), mail (recipient, template, token_id) as (
      select id, 'verify', ${tokenId}::uuid from registered
      union all select user_id, 'reset', id from link
      union all select id, 'account_exists', null from known where verified
    ), requested as (
      select count(${requestedMail(mail, caller)}) from mail
    )
    insert into audit_logs (${auditColumns})
    select ${auditValues(entry, found)}
    from requested left join added on true
      left join users owner on lower(owner.email) = lower(${email}) and owner.deleted_at is null`.execute(
    parts.database,
  )
}
