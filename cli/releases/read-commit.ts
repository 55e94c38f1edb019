import type { RunTool } from '../tools/tool-call.ts'
import { gitCall } from './git-call.ts'
import type { Commit } from './release.ts'

/** What is checked out, for the record; null where there is no git or no commit. Costs two short program runs. */
export const readCommit = async (
  repository: string,
  { run, signal }: { run: RunTool; signal: AbortSignal },
): Promise<Commit | null> => {
  const nothing = { exitCode: 1, stdout: '', stderr: '', milliseconds: 0 }
  const [log, changes] = await Promise.all(
    [gitCall(repository, 'log', '-1', '--format=%H%x00%s%x00%an'), gitCall(repository, 'status', '--porcelain')].map(
      (call) => run(call, signal).catch(() => nothing),
    ),
  )
  if (log === undefined || log.exitCode !== 0) return null
  const [sha, subject = '', author = ''] = log.stdout.trimEnd().split('\0')
  if (sha === undefined || sha === '') return null
  return { sha, subject, author, dirty: (changes?.stdout ?? '').trim() !== '' }
}
