/** Markup as it stands: everything that is put into `html` and is none of it is text, and is escaped. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// Control characters are allowed nowhere in a page, not even as references; others turn the text around them about.
const forbidden = /[^\t\n\r\u0020-\u007e\u00a0-\ufffd]|[\u202a-\u202e\u2066-\u2069]/g

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[&<>"']/g, (mark) => entities[mark] ?? mark)
    .replace(forbidden, '\ufffd')

type Part = string | number | Markup | readonly Markup[]

const render = (part: Part): string => {
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return part.map(({ text }) => text).join('')
}

/** Of text, of other markup or of a list of it. Attributes stand in double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.map((string, index) => string + (index < parts.length ? render(parts[index] ?? '') : '')).join(''))

export const nothing = html``
