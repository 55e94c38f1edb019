import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '..', '..')

/** Who commits in the copy, whatever is configured on this machine. */
export const author = { name: 'Ada Tester', email: 'ada@shop.example' } as const

const identity = ['-c', `user.name=${author.name}`, '-c', `user.email=${author.email}`, '-c', 'commit.gpgsign=false']

type Variables = Readonly<Record<string, string>>

export const git = async (root: string, args: readonly string[], variables: Variables = {}): Promise<string> => {
  const env = { ...process.env, ...variables }
  const { stdout } = await run('git', [...identity, ...args], { cwd: root, env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** As a fresh clone with the work in progress would have it: what git ignores stays behind. */
const copyFiles = async (root: string): Promise<void> => {
  const listed = (await git(repository, ['ls-files', '-co', '--exclude-standard', '-z'])).split('\0').filter(Boolean)
  const folders = new Set(listed.map((path) => dirname(join(root, path))))
  await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })))
  // Times are kept: by them the set-up sees that the lockfile is the one that was installed.
  const copy = (path: string) => cp(join(repository, path), join(root, path), { preserveTimestamps: true })
  // A file may have been deleted since, and not yet in git's index.
  await Promise.all(listed.map((path) => copy(path).catch(() => undefined)))
}

/** A repository of its own with one commit, in a folder whose name has a blank. Shares what is installed. */
export const copyRepository = async (): Promise<{ readonly root: string; remove(): Promise<void> }> => {
  const parent = await mkdtemp(join(tmpdir(), 'shopctl-e2e-'))
  const root = join(parent, 'the shop')
  await copyFiles(root)
  await mkdir(join(parent, 'home'))
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  await git(root, ['init', '-q', '-b', 'main'])
  // As a folder it is ignored already, as a link it is not.
  await writeFile(join(root, '.git', 'info', 'exclude'), 'node_modules\n')
  await git(root, ['add', '-A'])
  // Of one moment, so that copies of the same are one commit: images name theirs, and two tests may push them at once.
  const date = (await git(repository, ['log', '-1', '--format=%cI'])).trim()
  await git(root, ['commit', '-q', '-m', 'The shop as it is'], { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date })
  return { root, remove: () => rm(parent, { recursive: true, force: true }) }
}
