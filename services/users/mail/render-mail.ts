import { type RenderedMail, renderMail } from '../../kit/mail/render-mail.ts'
import type { MailTemplate } from './mail-request.ts'
import { english } from './texts/english.ts'
import { german } from './texts/german.ts'
import type { MailFacts, MailTexts } from './texts/mail-text.ts'

const languages = { en: english, de: german } as const satisfies Record<string, MailTexts>
export type MailLanguage = keyof typeof languages

/** The language of a locale (`de-AT`), English for those that we do not speak. */
export function mailLanguage(locale: string): MailLanguage {
  return /^de(-|$)/i.test(locale) ? 'de' : 'en'
}

/** A mail of accounts in a language. */
export function renderAccountMail(template: MailTemplate, language: MailLanguage, facts: MailFacts): RenderedMail {
  const { greeting, signature, texts } = languages[language]
  const { subject, body } = texts[template]
  return renderMail({ language, subject, paragraphs: [greeting(facts.name), ...body(facts), signature] })
}
