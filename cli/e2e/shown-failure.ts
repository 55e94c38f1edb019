import type { CommandResult } from './running-command.ts'

/** The failure as it stands on the screen: it must be the last thing there. */
export const failureIn = ({ stderr }: Pick<CommandResult, 'stderr'>) => {
  const lines = stderr.trimEnd().split('\n')
  const start = lines.findLastIndex((line) => /^[A-Z_]+: /.test(line))
  const shown = lines.slice(start)
  const marked = (mark: string) => shown.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length))
  return { text: shown.join('\n'), what: shown[0] ?? '', why: marked('  Why: '), fix: marked('  Fix: ') }
}
