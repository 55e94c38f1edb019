import { type RawBuilder, sql } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import { services } from '../../registry.ts'

/** Each is a text in every language of mail/texts. `verify` and `reset` carry a link with a token. */
export const mailTemplates = [
  'verify',
  'reset',
  'account_exists',
  'password_changed',
  'refresh_reuse',
  'role_changed',
  'account_closed',
] as const
export type MailTemplate = (typeof mailTemplates)[number]

export type MailRequest = {
  /** Id of a user: the mail goes to the address that the row has when it is sent. */
  readonly recipient: RawBuilder<unknown>
  readonly template: RawBuilder<unknown> | MailTemplate
  /** What the mailed token is derived from (mailed-token.ts). */
  readonly tokenId?: RawBuilder<unknown>
  /** Only where the row loses its address by the same statement: the account is closed. */
  readonly address?: RawBuilder<unknown>
}

/**
 * Asks for a mail in the statement that is its reason, one for each row:
 * `with changed as (update … returning id) select ${requestedMail({ recipient: sql`id`, … }, cause)} from changed`. It
 * is the id of the event. As with appendedEvent() of the kit, it must stand where the statement reads it.
 */
export function requestedMail(request: MailRequest, cause: EventCause): RawBuilder<string> {
  const { recipient, template, tokenId = sql`null`, address = sql`null` } = request
  const named = typeof template === 'string' ? sql`${template}::text` : template
  return sql`request_mail(${recipient}, ${named}, ${tokenId}, ${address}, ${services.users.longName}::text, ${
    cause.requestId
  }::text, ${cause.traceparent ?? null}::text)`
}
