const linesShown = 5
const charactersShown = 400

const isFrame = (line: string): boolean => /^\s+at /.test(line)
const isCaret = (line: string): boolean => /^\s*\^+\s*$/.test(line)
const isNodeVersion = (line: string): boolean => /^Node\.js v\d/.test(line)

const isPlace = (line: string): boolean => /^(file:\/\/|node:|\/).*:\d+$/.test(line)

/**
 * The place and the source line that Node prints above an error: of a bundle the whole line, which is most of it. The
 * caret below them is left out where the error is far to the right.
 */
const isExcerpt = (lines: readonly string[], index: number): boolean =>
  isPlace(lines[index] ?? '') || isPlace(lines[index - 1] ?? '')

const shortened = (line: string): string =>
  line.length <= charactersShown ? line : `${line.slice(0, charactersShown)}…`

/**
 * What of a log's end says why its process ended: a stack would push the error itself out of the few lines that fit on
 * a screen, so only the frame where it was thrown is kept. The whole stays in the evidence.
 */
export const lastWords = (log: readonly string[]): readonly string[] =>
  log
    .filter((line, index) => {
      if (line.trim() === '' || isCaret(line) || isNodeVersion(line) || isExcerpt(log, index)) return false
      return !(isFrame(line) && isFrame(log[index - 1] ?? ''))
    })
    .slice(-linesShown)
    .map(shortened)
