import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AddedLines } from './find-secrets.ts'
import type { Git } from './git.ts'
import { parseAddedLines, parseRawDiff, type StagedFile } from './parse-added-lines.ts'

export type Staged = {
  readonly files: readonly StagedFile[]
  /** The lines that the commit would add; none of a binary file. */
  readonly added: readonly AddedLines[]
}

/** Whatever a person has configured for looking at differences: these are read by a program. */
const plainly = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--diff-filter=AMT', '--relative']

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** While a merge is made: what differs from the other side too. The rest was somebody's commit already. */
const madeByTheMerge = async (git: Git, directory: string): Promise<ReadonlySet<string> | null> => {
  const file = (await git(['rev-parse', '--git-path', 'MERGE_HEAD'])).trimEnd()
  if (!(await isThere(resolve(directory, file)))) return null
  return new Set((await git(['diff', '--cached', '--name-only', '-z', ...plainly, 'MERGE_HEAD'])).split('\0'))
}

/** What the next commit adds, from the index: what was not staged does not count, neither for it nor against it. */
export const readStaged = async (git: Git, directory: string): Promise<Staged> => {
  const [raw, patch, own] = await Promise.all([
    git(['diff', '--cached', '--raw', '-z', '--abbrev=40', ...plainly]),
    git(['diff', '--cached', '--unified=0', ...plainly]),
    madeByTheMerge(git, directory),
  ])
  const all = parseRawDiff(raw)
  const isOwn = ({ path }: { readonly path: string }) => own === null || own.has(path)
  return { files: all.filter(isOwn), added: parseAddedLines(patch, all).filter(isOwn) }
}
