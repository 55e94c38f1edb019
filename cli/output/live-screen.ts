/** process.stdout, where it is a terminal. */
export type ScreenStream = {
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

export type LiveScreen = {
  /** Replaces what was drawn before. */
  draw(text: string): void
}

const up = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}A`)
const clearBelow = '\r\u001b[J'

/**
 * A picture on a terminal that is drawn again in its place. Lines that are too long or too many are cut: those that wrap
 * or scroll would be left behind. The last picture stays, and there is nothing to put back.
 */
export const createLiveScreen = (stdout: ScreenStream): LiveScreen => {
  let drawn = 0
  return {
    draw(text) {
      const { columns = 80, rows = 24 } = stdout
      const lines = text.split('\n').slice(0, Math.max(1, rows - 1))
      const fitting = lines.map((line) => line.slice(0, Math.max(1, columns - 1)))
      stdout.write(`${up(drawn)}${clearBelow}${fitting.join('\n')}\n`)
      drawn = fitting.length
    },
  }
}
