import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { findProgram } from '../platforms/local/find-program.ts'
import { copyRepository } from './copy-repository.ts'

const run = promisify(execFile)
const pingMilliseconds = 20_000

/** Without the folders where npm puts programs: a newcomer has none of them. */
const systemPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.endsWith('node_modules/.bin') && !folder.includes('/node-gyp-bin'))
  .join(delimiter)

/** Why a newcomer's first minutes cannot be tried here, or null. */
export const whyNotHere = async (): Promise<string | null> => {
  const node = await findProgram('node', systemPath)
  if (node === null) return 'no node on PATH'
  const major = Number.parseInt((await run(node, ['--version'])).stdout.slice(1), 10)
  if (major < 18 || major >= 24) return `the node on PATH is ${major}; a newcomer's is 18 to 23`
  const ping = run('npm', ['ping', '--fetch-retries=0'], { env: { PATH: systemPath }, timeout: pingMilliseconds })
  return ping.then(
    () => null,
    () => 'the package registry cannot be reached',
  )
}

export type FreshClone = {
  readonly root: string
  /** An empty home, an empty npm cache, and the system's Node. */
  readonly env: Readonly<Record<string, string>>
  /** What npm has fetched so far, packed as it came. */
  downloadedBytes(): Promise<number>
  remove(): Promise<void>
}

const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The repository as somebody gets it who clones it, with the work in progress committed. */
export const makeFreshClone = async (): Promise<FreshClone> => {
  const parent = await mkdtemp(join(tmpdir(), 'shopctl-newcomer-'))
  const [root, home, cache] = [join(parent, 'my shop'), join(parent, 'home'), join(parent, 'cache')]
  await mkdir(home)
  const source = await copyRepository()
  try {
    await run('git', ['clone', '--quiet', pathToFileURL(source.root).href.replaceAll('%20', ' '), root])
  } finally {
    await source.remove()
  }
  return {
    root,
    env: { PATH: systemPath, HOME: home, LANG: 'C.UTF-8', npm_config_cache: cache },
    downloadedBytes: () => sizeOf(join(cache, '_cacache', 'content-v2')),
    remove: () => rm(parent, { recursive: true, force: true }),
  }
}
