import type { Paragraph } from '../../../kit/mail/render-mail.ts'
import { type LinkPage, linkPages } from '../../link-pages/link-page-texts.ts'
import type { MailTemplate } from '../mail-request.ts'

/** What a text may speak of. */
export type MailFacts = {
  /** Null where it is not known whether the person at this address chose it. */
  readonly name: string | null
  /** Without a slash at the end. */
  readonly shop: string
  /** Null in mails that carry no link. */
  readonly token: string | null
}

export type MailText = {
  /** The same for everyone: subjects are shown on locked screens, and are a header. */
  readonly subject: string
  body(facts: MailFacts): readonly Paragraph[]
}

export type MailTexts = {
  greeting(name: string | null): string
  readonly signature: string
  readonly texts: Readonly<Record<MailTemplate, MailText>>
}

/** Behind a `#`, so that no server on the way, and no log, hears of a token when the link is opened. */
export const tokenLink = (page: LinkPage, { shop, token }: MailFacts) => `${shop}${linkPages[page].path}#token=${token}`

export const verifyLink = (facts: MailFacts): Paragraph => ({ link: tokenLink('verify', facts) })
export const resetLink = (facts: MailFacts): Paragraph => ({ link: tokenLink('reset', facts) })
/** The same page without a token asks for the address, and mails a link to it. */
export const forgotLink = ({ shop }: MailFacts): Paragraph => ({ link: `${shop}${linkPages.reset.path}` })

export const verifyCall = ({ shop, token }: MailFacts): Paragraph => ({
  call: `POST ${shop}/api/v1/auth/verify-email {"token":"${token}"}`,
})
export const resetCall = ({ shop, token }: MailFacts): Paragraph => ({
  call: `POST ${shop}/api/v1/auth/reset-password {"token":"${token}","password":"…"}`,
})
export const forgotCall = ({ shop }: MailFacts): Paragraph => ({
  call: `POST ${shop}/api/v1/auth/forgot-password {"email":"…"}`,
})
