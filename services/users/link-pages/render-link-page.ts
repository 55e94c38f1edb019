import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { type MailLanguage, mailLanguage } from '../mail/render-mail.ts'
import { linkPageScript } from './link-page-script.ts'
import { english, german, type LanguageTexts, type LinkPage, linkPages } from './link-page-texts.ts'

const languages: Readonly<Record<MailLanguage, LanguageTexts>> = { en: english, de: german }

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 0 auto; padding: 1.5rem }
label { display: block; margin: 1rem 0 }
input { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .4rem .6rem }
button { font: inherit; padding: .4rem 1.2rem }
`

const sourceOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing from elsewhere, no script but ours, and nobody may put the page into a frame of theirs. */
const policy = [
  "default-src 'none'",
  `script-src ${sourceOf(linkPageScript)}`,
  `style-src ${sourceOf(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const linkPageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  Vary: 'Accept-Language',
} as const

/** The language that a browser asks for first. */
export function pageLanguage(acceptLanguage: string | undefined): MailLanguage {
  return mailLanguage(acceptLanguage?.split(/[,;]/, 1)[0]?.trim() ?? '')
}

/** The page that a mailed link opens. It knows no token: its script reads that, and sends it when the button is pressed. */
export function renderLinkPage(page: LinkPage, language: MailLanguage) {
  const { operation, again } = linkPages[page]
  const { address, password, withoutScript, pages } = languages[language]
  const { title, button, againButton, said } = pages[page]
  const newPassword = html`<label>${password}
<input name="password" type="password" autocomplete="new-password" maxlength="256" required></label>`
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${title}</title><style>${raw(style)}</style></head><body>
<h1>${title}</h1>
<noscript><p>${withoutScript}</p></noscript>
<div role="status">${Object.entries(said).map(
    ([name, text]) => html`<p data-said="${name}" hidden>${text}</p>
`,
  )}</div>
<form id="act" method="post" data-path="api/v1/auth/${operation}" hidden>
${page === 'reset' ? newPassword : ''}
<button>${button}</button></form>
<form id="again" method="post" data-path="api/v1/auth/${again}" hidden>
<label>${address}
<input name="email" type="email" autocomplete="email" maxlength="254" required></label>
<button>${againButton}</button></form>
<script>${raw(linkPageScript)}</script>
</body></html>`
}
