import { type MailedTokens, mailedTokenHash } from '../mailed-token.ts'
import type { ClaimedMail } from './mail-queue.ts'
import type { MailMessage } from './mail-transport.ts'
import { mailLanguage, renderMail } from './render-mail.ts'
import { tokenLink } from './texts/mail-text.ts'

export type ComposedMail =
  | {
      readonly message: MailMessage /** For the log: not enough of the token to use it. */
      readonly link: string | null
    }
  /** `recipient_gone`: the account is closed. `link_over`: a newer link was mailed, or it was used, or it is too old. */
  | { readonly failure: 'recipient_gone' | 'link_over' }

/** The mail as it goes out. The token is made here, and compared with what the tables will compare it with. */
export function composeMail(
  mail: ClaimedMail,
  { tokens, shop }: { readonly tokens: MailedTokens; readonly shop: string },
): ComposedMail {
  if (mail.address === null) return { failure: 'recipient_gone' }
  const token = currentToken(mail, tokens)
  if (token === 'over') return { failure: 'link_over' }
  const facts = { name: mail.name, shop, token }
  const rendered = renderMail(mail.template, mailLanguage(mail.locale), facts)
  const page = mail.template === 'verify' ? 'verify' : 'reset'
  return {
    message: { id: mail.id, requestedAt: mail.createdAt, to: mail.address, ...rendered },
    link: token === null ? null : `${tokenLink(page, { ...facts, token: token.slice(0, 6) })}…`,
  }
}

/** Null where the mail carries none. */
function currentToken({ template, tokenId, ...mail }: ClaimedMail, tokens: MailedTokens): string | null | 'over' {
  if (template !== 'verify' && template !== 'reset') return null
  if (tokenId === null) return 'over'
  const token = tokens.tokenOf(template, tokenId)
  const expected = template === 'verify' ? mail.verificationHash : mail.resetHash
  return expected?.equals(mailedTokenHash(token)) ? token : 'over'
}
