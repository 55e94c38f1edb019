import type { RunTool } from '../tools/tool-call.ts'
import type { Commit } from './release.ts'

const git = (repository: string, ...args: string[]) => ({
  program: 'git',
  args: ['-C', repository, ...args],
  // Looking must not write the index that another git may be using.
  env: { GIT_OPTIONAL_LOCKS: '0' },
  timeoutSeconds: 10,
})

/** What is checked out, for the record; null where there is no git or no commit. Costs two short program runs. */
export const readCommit = async (
  repository: string,
  { run, signal }: { run: RunTool; signal: AbortSignal },
): Promise<Commit | null> => {
  const nothing = { exitCode: 1, stdout: '', stderr: '', milliseconds: 0 }
  const [log, changes] = await Promise.all(
    [git(repository, 'log', '-1', '--format=%H%x00%s%x00%an'), git(repository, 'status', '--porcelain')].map((call) =>
      run(call, signal).catch(() => nothing),
    ),
  )
  if (log === undefined || log.exitCode !== 0) return null
  const [sha, subject = '', author = ''] = log.stdout.trimEnd().split('\0')
  if (sha === undefined || sha === '') return null
  return { sha, subject, author, dirty: (changes?.stdout ?? '').trim() !== '' }
}
