import type { RunTool } from '../tools/tool-call.ts'
import { gitCall } from './git-call.ts'

/** Where a commit stands to what is checked out: in its history or itself, beside or after it, or not in this clone. */
export type Ancestry = 'in-history' | 'not-in-history' | 'unknown'

export type ReadAncestry = (sha: string) => Promise<Ancestry>

/** `git merge-base --is-ancestor` exits 0 or 1; anything else is no answer, as for a commit that a clone does not hold. */
const answers: Readonly<Record<number, Ancestry>> = { 0: 'in-history', 1: 'not-in-history' }

export const readAncestry = async (
  { repository, sha }: { readonly repository: string; readonly sha: string },
  { run, signal }: { readonly run: RunTool; readonly signal: AbortSignal },
): Promise<Ancestry> => {
  const call = gitCall(repository, 'merge-base', '--is-ancestor', '--end-of-options', sha, 'HEAD')
  const { exitCode } = await run(call, signal).catch(() => ({ exitCode: null }))
  return exitCode === null ? 'unknown' : (answers[exitCode] ?? 'unknown')
}
