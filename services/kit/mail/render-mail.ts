import { escapeHtml } from '../escape-html.ts'

/** `link` and `call` stand on lines of their own: the first to be followed, the second to be copied. */
export type Paragraph = string | { readonly link: string } | { readonly call: string }

export type MailContent = {
  readonly language: string
  /** The same for everyone: subjects are shown on locked screens, and are a header. */
  readonly subject: string
  readonly paragraphs: readonly Paragraph[]
}

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

/** HTML is made of the same paragraphs as the text. Nothing in them is markup, and each is one line. */
export function renderMail({ language, subject, paragraphs }: MailContent): RenderedMail {
  return {
    subject: onOneLine(subject),
    text: `${paragraphs.map(plain).map(onOneLine).join('\n\n')}\n`,
    html: [
      `<!doctype html>`,
      `<html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head><body>`,
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
  if (typeof paragraph === 'string') return escaped(paragraph)
  if ('call' in paragraph) return `<code>${escaped(paragraph.call)}</code>`
  const link = escaped(paragraph.link)
  return `<a href="${link}">${link}</a>`
}

const escaped = (text: string) => escapeHtml(onOneLine(text))

/** Names are entered as one line; what an older release let in is made one. */
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}
