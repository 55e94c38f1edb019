import { type QueryExecutorProvider, sql } from 'kysely'
import { z } from 'zod'
import { mailTemplates } from './mail-request.ts'
import type { MailVerdict } from './mail-verdict.ts'

/** Longer than any sending lasts: who claimed a mail this long ago is gone. */
const claimMinutes = sql.lit(5)

const claimedSchema = z.object({
  id: z.string(),
  attempts: z.int(),
  createdAt: z.date(),
  ageSeconds: z.number(),
  template: z.enum(mailTemplates),
  tokenId: z.string().nullable(),
  recipientId: z.string(),
  /** Null where the account is closed and the mail has no address of its own. */
  address: z.string().nullable(),
  /** Null where nobody has verified the account: a stranger may have chosen the name. */
  name: z.string().nullable(),
  locale: z.string(),
  requestId: z.string().nullable(),
  verificationHash: z.instanceof(Buffer).nullable(),
  resetHash: z.instanceof(Buffer).nullable(),
})

/** A mail that is ours to send, with whom it goes to and the hashes of the tokens that work now. */
export type ClaimedMail = z.infer<typeof claimedSchema>

/**
 * Takes mails whose time has come. A row that another process is just taking is left out, not waited for; so are
 * templates of another release.
 */
export async function claimMails(database: QueryExecutorProvider, count: number): Promise<readonly ClaimedMail[]> {
  const { rows } = await sql`
    with due as (
      select id from notifications
      where channel = 'mail' and template = any(${mailTemplates}) and (
        state = 'pending' and next_attempt_at <= now()
        or state = 'sending' and claimed_at < now() - make_interval(mins => ${claimMinutes}))
      order by next_attempt_at
      limit ${count}
      for update skip locked
    ), claimed as (
      update notifications n set state = 'sending', claimed_at = now(), attempts = n.attempts + 1
      from due where n.id = due.id
      returning n.id, n.event_id, n.recipient_id, n.template, n.data, n.address, n.attempts, n.created_at
    )
    select c.id, c.attempts, c.created_at as "createdAt", c.template, c.recipient_id as "recipientId",
      extract(epoch from now() - c.created_at)::float8 as "ageSeconds",
      c.data ->> 'token_id' as "tokenId",
      coalesce(c.address, case when u.deleted_at is null then u.email end) as address,
      case when u.verified and u.deleted_at is null then u.name end as name, coalesce(u.locale, 'en') as locale,
      o.envelope ->> 'request_id' as "requestId",
      case when u.verification_expires_at > now() then u.verification_token_hash end as "verificationHash",
      t.token_hash as "resetHash"
    from claimed c
    left join users u on u.id = c.recipient_id
    left join password_reset_tokens t on t.user_id = u.id and t.used_at is null and t.expires_at > now()
    left join outbox_events o on o.id = c.event_id`.execute(database)
  return rows.map((row) => claimedSchema.parse(row))
}

/** Writes down how it went, unless the claim has been taken over meanwhile. */
export async function settleMail(
  database: QueryExecutorProvider,
  { id, attempts }: Pick<ClaimedMail, 'id' | 'attempts'>,
  verdict: MailVerdict,
): Promise<void> {
  const ours = sql`id = ${id} and state = 'sending' and attempts = ${attempts}`
  if (verdict.state === 'sent') {
    await sql`
      update notifications set state = 'sent', provider_ref = ${verdict.reference}, last_error = null,
        claimed_at = null, ended_at = now(), address = null
      where ${ours}`.execute(database)
    return
  }
  const reason = verdict.reason.slice(0, 300)
  if (verdict.state === 'failed') {
    await sql`
      update notifications set state = 'failed', last_error = ${reason},
        claimed_at = null, ended_at = now(), address = null
      where ${ours}`.execute(database)
    return
  }
  await sql`
    update notifications set state = 'pending', last_error = ${reason}, claimed_at = null,
      next_attempt_at = now() + make_interval(secs => ${verdict.delaySeconds})
    where ${ours}`.execute(database)
}
