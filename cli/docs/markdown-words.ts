/** What of a Markdown document can be checked, each with the line that it stands on. */
export type Found = { readonly line: number; readonly text: string }

type Line = Found & { readonly kind: 'text' | 'code' }

const fence = /^\s*(```|~~~)(?<language>\w*)/

/** Fenced blocks, and paragraphs that are indented by four; a diagram is neither. */
const linesOf = (markdown: string): readonly Line[] => {
  let language: string | null = null
  let wasBlank = true
  return markdown.split('\n').flatMap((text, index): readonly Line[] => {
    const line = index + 1
    const opened = fence.exec(text)?.groups?.language
    if (opened !== undefined) {
      language = language === null ? opened : null
      return []
    }
    if (language !== null) return language === 'mermaid' ? [] : [{ line, text, kind: 'code' }]
    const isCode = /^ {4,}\S/.test(text) && wasBlank
    wasBlank = text.trim() === '' || isCode
    return [{ line, text, kind: isCode ? 'code' : 'text' }]
  })
}

/** Lines to paste: without the words that stand beside them, two blanks away. */
export const codeLines = (markdown: string): readonly Found[] =>
  linesOf(markdown).flatMap(({ kind, line, text }) =>
    kind === 'code' ? [{ line, text: text.trim().split(/\s{2,}/)[0] ?? '' }] : [],
  )

export const codeSpans = (markdown: string): readonly Found[] =>
  linesOf(markdown).flatMap(({ kind, line, text }) =>
    kind === 'text' ? [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => ({ line, text: span.trim() })) : [],
  )

/** Targets of links and pictures, without what is elsewhere. */
export const relativeLinks = (markdown: string): readonly Found[] =>
  linesOf(markdown).flatMap(({ kind, line, text }) =>
    kind === 'code'
      ? []
      : [...text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)[^)]*\)/g)].map(([, target = '']) => ({ line, text: target })),
  )

/** Not the name of a file. */
const inText = /(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-]|\.\w)/g
/** Others are the reader's own there, as `$ADMIN_EMAIL` in a script. */
const inCode = /(?<!\w)SHOPCTL_[A-Z_]+|(?<=export )[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?==)/g

/** `DATABASE_URL`, `LOCK_HELD`: names that only make sense while the source has them. */
export const upperCaseNames = (markdown: string): readonly Found[] =>
  linesOf(markdown).flatMap(({ kind, line, text }) =>
    [...text.matchAll(kind === 'code' ? inCode : inText)].map(([name]) => ({ line, text: name })),
  )
