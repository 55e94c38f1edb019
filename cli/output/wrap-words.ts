import { widthOf } from './printable.ts'

export type Wrapping = {
  readonly first: string
  /** In front of every further line. */
  readonly rest: string
  /** null: no terminal, nothing is wrapped. */
  readonly columns: number | null
}

/** Breaks between words so that lines fit; a word longer than a line, such as a path, stays whole. */
export const wrapWords = (text: string, { first, rest, columns }: Wrapping): string =>
  text
    .split('\n')
    .map((line, index) => wrapLine(line, { first: index === 0 ? first : rest, rest, columns }))
    .join('\n')

const wrapLine = (line: string, { first, rest, columns }: Wrapping): string => {
  if (columns === null || widthOf(first + line) <= columns) return first + line
  const lines: string[] = []
  let current = first
  let empty = true
  for (const word of line.trim().split(/ +/)) {
    if (!empty && widthOf(`${current} ${word}`) > columns) {
      lines.push(current)
      current = rest
      empty = true
    }
    current = empty ? current + word : `${current} ${word}`
    empty = false
  }
  return [...lines, current].join('\n')
}
