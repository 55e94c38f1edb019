import type { RunTool } from '../tools/tool-call.ts'
import { gitCall } from './git-call.ts'
import type { Commit } from './release.ts'

export type Changes = { readonly since: string; readonly commits: readonly Omit<Commit, 'dirty'>[] }

export type ChangesRequest = {
  readonly repository: string
  /** A commit or a tag; null: what Jenkins says, or the tag before. */
  readonly since: string | null
  readonly variables: Readonly<Record<string, string | undefined>>
}

const most = 200

/** Newest first. Null where nothing says what came before, or a shallow clone does not hold it. */
export async function readChanges(
  { repository, since, variables }: ChangesRequest,
  { run, signal }: { readonly run: RunTool; readonly signal: AbortSignal },
): Promise<Changes | null> {
  const told = async (...args: readonly string[]): Promise<string | null> => {
    const { exitCode, stdout } = await run(gitCall(repository, ...args), signal).catch(() => ({
      exitCode: 1,
      stdout: '',
    }))
    return exitCode === 0 ? stdout.trimEnd() : null
  }
  const { CHANGE_TARGET, GIT_PREVIOUS_SUCCESSFUL_COMMIT } = variables
  const target = CHANGE_TARGET === undefined ? null : `origin/${CHANGE_TARGET}`
  const from =
    since ?? target ?? GIT_PREVIOUS_SUCCESSFUL_COMMIT ?? (await told('describe', '--tags', '--abbrev=0', 'HEAD^'))
  if (from === null) return null
  // After the options, so that no name is taken for one.
  const log = await told('log', `--max-count=${most}`, '--format=%H%x00%s%x00%an', '--end-of-options', `${from}..HEAD`)
  if (log === null) return null
  const commits = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [sha = '', subject = '', author = ''] = line.split('\0')
      return { sha, subject, author }
    })
  return { since: from, commits }
}
