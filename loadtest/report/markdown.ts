const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '@': '&#64;',
  '#': '&#35;',
}

/** As it is read: other people's text makes no table, no link, no tag, and calls nobody by name. */
export const escapeMarkdown = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\u0020-\u007e\u00a0-\ufffd]+|[\s\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/[&<>@#]/g, (mark) => entities[mark] ?? mark)
    .replace(/[\\`*_{}[\]|~$]/g, (mark) => `\\${mark}`)
    .replace(/https?:|www\./gi, (start) => `${start.slice(0, -1)}&#${start.codePointAt(start.length - 1)};`)

export type MarkdownTitle = { readonly title: string; readonly align: 'left' | 'right' }

export const text = (title: string): MarkdownTitle => ({ title, align: 'left' })
export const figures = (title: string): MarkdownTitle => ({ title, align: 'right' })

export const markdownTable = (titles: readonly MarkdownTitle[], rows: readonly (readonly string[])[]): string =>
  [
    titles.map(({ title }) => title),
    titles.map(({ align }) => (align === 'left' ? '---' : '---:')),
    ...rows.map((row) => row.map(escapeMarkdown)),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
