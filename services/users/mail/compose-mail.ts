import type { QueryExecutorProvider } from 'kysely'
import { z } from 'zod'
import type { MailMessage } from '../../kit/mail/mail-transport.ts'
import type { ClaimedNotification } from '../../kit/notifications/notification-queue.ts'
import type { Composed } from '../../kit/notifications/notification-sender.ts'
import { type MailedTokens, mailedTokenHash } from '../mailed-token.ts'
import { type RecipientFacts, readRecipientFacts } from './mail-facts.ts'
import { type MailTemplate, mailTemplates } from './mail-request.ts'
import { mailLanguage, renderAccountMail } from './render-mail.ts'
import { tokenLink } from './texts/mail-text.ts'

export type ComposeParts = {
  readonly database: QueryExecutorProvider
  readonly tokens: MailedTokens
  /** PUBLIC_BASE_URL: no link is ever made of what a request says. */
  readonly shop: string
}

/**
 * The mail as it goes out. The token is made here, and compared with what the tables will compare it with.
 * `recipient_gone`: the account is closed. `link_over`: a newer link was mailed, or it was used, or it is too old.
 */
export async function composeMail(
  { database, tokens, shop }: ComposeParts,
  notification: ClaimedNotification,
): Promise<Composed<MailMessage>> {
  const recipient = await readRecipientFacts(database, notification.id)
  if (recipient === undefined || recipient.address === null) return refused('recipient_gone')
  const template = templateSchema.parse(notification.template)
  const { token_id: tokenId } = dataSchema.parse(notification.data)
  const token = currentToken({ template, tokenId, recipient }, tokens)
  if (token === 'over') return refused('link_over')
  const facts = { name: recipient.name, shop, token }
  const rendered = renderAccountMail(template, mailLanguage(recipient.locale), facts)
  const page = template === 'verify' ? 'verify' : 'reset'
  return {
    message: { id: notification.id, requestedAt: notification.createdAt, to: recipient.address, ...rendered },
    // Not enough of the token to use it.
    remark: token === null ? undefined : `${tokenLink(page, { ...facts, token: token.slice(0, 6) })}…`,
  }
}

const templateSchema = z.enum(mailTemplates)
const dataSchema = z.object({ token_id: z.string().optional() })

const refused = (reason: 'recipient_gone' | 'link_over') => ({ outcome: { kind: 'refused', reason } }) as const

type TokenWanted = {
  readonly template: MailTemplate
  readonly tokenId: string | undefined
  readonly recipient: RecipientFacts
}

/** Null where the mail carries none. */
function currentToken({ template, tokenId, recipient }: TokenWanted, tokens: MailedTokens): string | null | 'over' {
  if (template !== 'verify' && template !== 'reset') return null
  if (tokenId === undefined) return 'over'
  const token = tokens.tokenOf(template, tokenId)
  const expected = template === 'verify' ? recipient.verificationHash : recipient.resetHash
  return expected?.equals(mailedTokenHash(token)) ? token : 'over'
}
