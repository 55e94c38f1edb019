import { escapeHtml } from '../../kit/escape-html.ts'
import type { MailTemplate } from './mail-request.ts'
import { english } from './texts/english.ts'
import { german } from './texts/german.ts'
import type { MailFacts, MailTexts, Paragraph } from './texts/mail-text.ts'

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

const languages = { en: english, de: german } as const satisfies Record<string, MailTexts>
export type MailLanguage = keyof typeof languages

/** The language of a locale (`de-AT`), English for those that we do not speak. */
export function mailLanguage(locale: string): MailLanguage {
  return /^de(-|$)/i.test(locale) ? 'de' : 'en'
}

/** A mail in a language. HTML is made of the same paragraphs as the text, each escaped. */
export function renderMail(template: MailTemplate, language: MailLanguage, facts: MailFacts): RenderedMail {
  const { greeting, signature, texts } = languages[language]
  const { subject, body } = texts[template]
  const name = facts.name === null ? null : onOneLine(facts.name)
  const paragraphs = [greeting(name), ...body(facts), signature]
  return {
    subject,
    text: `${paragraphs.map(plain).join('\n\n')}\n`,
    html: [
      `<!doctype html>`,
      `<html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body>`,
      ...paragraphs.map((paragraph) => `<p>${markup(paragraph)}</p>`),
      `</body></html>\n`,
    ].join('\n'),
  }
}

function plain(paragraph: Paragraph): string {
  if (typeof paragraph === 'string') return paragraph
  return 'link' in paragraph ? paragraph.link : `    ${paragraph.call}`
}

function markup(paragraph: Paragraph): string {
  if (typeof paragraph === 'string') return escapeHtml(paragraph)
  if ('call' in paragraph) return `<code>${escapeHtml(paragraph.call)}</code>`
  const link = escapeHtml(paragraph.link)
  return `<a href="${link}">${link}</a>`
}

/** Names are entered as one line; what an older release let in is made one. */
function onOneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}
