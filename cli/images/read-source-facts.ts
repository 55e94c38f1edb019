import type { RunTool } from '../tools/tool-call.ts'
import type { SourceFacts } from './assemble/image-config.ts'

const git = (root: string, ...args: string[]) => ({
  program: 'git',
  args: ['-C', root, ...args],
  // Looking must not write the index that another git may be using.
  env: { GIT_OPTIONAL_LOCKS: '0' },
  timeoutSeconds: 10,
})

/** An address may carry a login, which an image is not the place for. */
const withoutLogin = (address: string): string => address.replace(/^(\w+:\/\/)[^/@]*@/, '$1')

/**
 * What an image says of where it comes from: the commit's time, never now. Changes that are not committed are told by
 * `-dirty`; a source without git is of an unknown revision and of no time.
 */
export const readSourceFacts = async (
  root: string,
  { run, signal }: { readonly run: RunTool; readonly signal: AbortSignal },
): Promise<SourceFacts> => {
  const ask = async (...args: string[]): Promise<string> => {
    const answer = await run(git(root, ...args), signal).catch(() => null)
    return answer?.exitCode === 0 ? answer.stdout.trim() : ''
  }
  const [commit, source, version, changes] = await Promise.all([
    ask('log', '-1', '--format=%H %cI'),
    ask('config', '--get', 'remote.origin.url'),
    ask('describe', '--tags', '--always'),
    ask('status', '--porcelain'),
  ])
  const [revision = '', time = ''] = commit.split(' ')
  const createdAt = new Date(time === '' ? 0 : time).toISOString()
  return {
    revision: revision === '' ? 'unknown' : `${revision}${changes === '' ? '' : '-dirty'}`,
    createdAt,
    source: withoutLogin(source),
    version: version || 'unversioned',
  }
}
