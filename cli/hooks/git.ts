import { resolve } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { lastWords } from '../tools/last-words.ts'
import type { RunTool } from '../tools/tool-call.ts'

/** Its standard output. Throws GIT_FAILED (refused) with git's own words where it exits other than 0. */
export type Git = (args: readonly string[], input?: string) => Promise<string>

type GitRequest = {
  /** Where it runs. */
  readonly directory: string
  readonly run: RunTool
  readonly signal: AbortSignal
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Of this process: what git says relative to it in its variables is meant from there. */
  readonly startedIn: string
}

/** A hook is told by variables which index and which repository a commit is made of. */
const placeVariables = ['GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE', 'GIT_OBJECT_DIRECTORY']

const places = ({ variables, startedIn }: GitRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(
    placeVariables.flatMap((name): [string, string][] => {
      const value = variables[name]
      return value === undefined || value === '' ? [] : [[name, resolve(startedIn, value)]]
    }),
  )

export const createGit = (request: GitRequest): Git => {
  const { directory, run, signal } = request
  const env = { ...places(request), GIT_OPTIONAL_LOCKS: '0', GIT_LFS_SKIP_SMUDGE: '1', LC_ALL: 'C.UTF-8' }
  return async (args, input) => {
    const call = { program: 'git', args, cwd: directory, env, timeoutSeconds: 30 }
    const { exitCode, stdout, stderr } = await run(input === undefined ? call : { ...call, input }, signal)
    if (exitCode === 0) return stdout
    throw new ShopctlError({
      code: 'GIT_FAILED',
      outcome: 'refused',
      what: `git ${args[0] ?? ''} did not work in ${directory}.`,
      why: lastWords(stderr.trimEnd().split('\n')),
    })
  }
}
