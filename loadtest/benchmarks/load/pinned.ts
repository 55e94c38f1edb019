import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { onPath } from '../on-path.ts'

const run = promisify(execFile)

/** The words that keep a program on one core; none where the system has no taskset. */
export const pinnedTo = (core: number, words: readonly string[]): readonly string[] =>
  onPath('taskset') === null ? words : ['taskset', '-c', String(core), ...words]

/** What it printed. Rejects where it did not end well within the time. */
export const outputOf = async (words: readonly string[], { seconds, cwd }: { seconds: number; cwd?: string }) => {
  const [program = '', ...args] = words
  const { stdout } = await run(program, args, { timeout: seconds * 1_000, maxBuffer: 2 ** 26, cwd })
  return stdout
}
