import { globSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'

/** Path from the repository's root, size in bytes, time of the last change in milliseconds. */
export type RecordedInput = readonly [path: string, bytes: number, changedAt: number]

/** The entry and the stand-ins for Node's modules are written by the bundler and lie in no file. */
const isMade = /^(commands\.ts$|lazy-builtin:|unused-part:)/

type Moment = { readonly root: string; readonly began: number }

/**
 * Everything that decides about the bundle: the sources that went in, the folders where a new command would appear,
 * and the lockfile for what came from node_modules.
 */
export const inputsOf = (metafile: Metafile, { root, began }: Moment): readonly RecordedInput[] => {
  const sources = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/') && !isMade.test(path))
  const folders = globSync('cli/commands/**/*.ts', { cwd: root }).map(dirname)
  const paths = new Set([
    ...sources,
    ...folders,
    'cli/start/build-command-line.ts',
    'cli/start/bundle-command-line.ts',
    'cli/commands',
    'package.json',
    'package-lock.json',
  ])
  return [...paths].sort().map((path): RecordedInput => {
    const { size = 0, mtimeMs = 0 } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {}
    // Changed while the bundle was made: which of the two is inside is not known, so it never counts as unchanged.
    return [path, size, mtimeMs >= began ? 0 : mtimeMs]
  })
}
