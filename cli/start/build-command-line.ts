import { createHash } from 'node:crypto'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { bundleCommandLine, SourceInvalid } from './bundle-command-line.ts'
import { inputsOf, type RecordedInput } from './inputs-of.ts'
import { pruneBundles } from './prune-bundles.ts'

export type BuildPlace = {
  readonly root: string
  /** Holds one folder for each bundle, and current.json. */
  readonly cache: string
  readonly node: string
}

/** What start.cjs needs to know; `key` names the bundle's folder and is null where TypeScript runs as it is. */
export type BuiltCommandLine = {
  readonly key: string | null
  readonly node: string
  readonly root: string
  readonly inputs: readonly RecordedInput[]
}

const notWritable = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']

const replaceFile = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

/** Every help text, made by the bundle itself: that also shows that each command of it can be loaded. */
const describe = async (directory: string): Promise<void> => {
  const bundle: unknown = createRequire(import.meta.url)(join(directory, 'main.cjs'))
  if (typeof bundle !== 'object' || bundle === null || !('helpTexts' in bundle) || !('table' in bundle)) return
  if (typeof bundle.helpTexts !== 'function') return
  await writeFile(join(directory, 'help.json'), JSON.stringify(await bundle.helpTexts(bundle.table)))
}

/** On a read-only file system Node's own recursive mkdir says ENOENT. */
const makeDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw Object.assign(new Error(`${directory} cannot be made`, { cause }), { code: 'EROFS' })
  })
}

const build = async ({ root, cache, node }: BuildPlace, began: number): Promise<BuiltCommandLine> => {
  const temporary = join(cache, `building-${process.pid}`)
  try {
    await rm(temporary, { recursive: true, force: true })
    await makeDirectory(temporary)
    // What stays outside the bundle is looked up from here, also where the state lies elsewhere than in the repository.
    await symlink(join(root, 'node_modules'), join(temporary, 'node_modules'))
    const metafile: Metafile = await bundleCommandLine(root, temporary)
    await describe(temporary)
    const inputs = inputsOf(metafile, { root, began })
    const key = createHash('sha256').update(JSON.stringify({ root, node, inputs })).digest('hex').slice(0, 16)
    const built = { key, node, root, inputs }
    // Two at once build the same; who comes second finds the folder filled and uses it.
    await rename(temporary, join(cache, key)).catch((error: unknown) => {
      if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
    await replaceFile(join(cache, 'current.json'), JSON.stringify(built))
    await pruneBundles(cache, key)
    return built
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/**
 * Bundles the command line as its sources are now. Where the cache cannot be written, TypeScript runs as it is, slower.
 * Answers null after it has said on stderr why the sources do not compile; the exit code is then 1.
 */
export const buildCommandLine = async (place: BuildPlace): Promise<BuiltCommandLine | null> => {
  try {
    return await build(place, Date.now())
  } catch (error) {
    if (error instanceof SourceInvalid) {
      process.stderr.write(error.message)
      process.exitCode = 1
      return null
    }
    if (!notWritable.some((code) => hasErrorCode(error, code))) throw error
    return { key: null, node: place.node, root: place.root, inputs: [] }
  }
}
