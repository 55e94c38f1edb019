import type { ShopctlError } from '../errors/shopctl-error.ts'
import type { Palette } from './palette.ts'
import { printable } from './printable.ts'
import { wrapWords } from './wrap-words.ts'

export type FailureLook = {
  readonly palette: Palette
  /** Width of the terminal; null where there is none. */
  readonly columns: number | null
}

type Shown = Pick<ShopctlError, 'code' | 'message' | 'why' | 'fix'>

/**
 * The last thing on the screen: what happened, why in evidence's own words, and commands to type.
 * A command is never wrapped and stands alone on its line, so that it can be pasted from any terminal.
 */
export const renderFailure = (failure: Shown, { palette, columns }: FailureLook): string => {
  const code = `${failure.code}:`
  const what = wrapWords(printable(`${code} ${failure.message}`), { first: '', rest: '  ', columns })
  const why = failure.why.map((line) => renderWhy(printable(line), columns))
  const fix = failure.fix.map((command) => `  Fix: ${palette.bold(printable(command).replaceAll('\n', ' '))}`)
  return [palette.red(palette.bold(code)) + what.slice(code.length), ...why, ...fix].join('\n')
}

/** A line that is indented itself, as in a stack or a log, goes on from the one before. */
const renderWhy = (line: string, columns: number | null): string => {
  const indent = '       '
  return /^\s/.test(line) ? indent + line.trimEnd() : wrapWords(line, { first: '  Why: ', rest: indent, columns })
}
