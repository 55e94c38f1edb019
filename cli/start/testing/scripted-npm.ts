import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CopiedTree, repository } from './copied-tree.ts'

const standIn = join(import.meta.dirname, 'npm-stand-in.cjs')

/** Stands in for npm in a tree: notes what it was asked and brings what is installed here, after `before` was run. */
export const scriptNpm = (tree: CopiedTree, before = ':', node = process.execPath): void =>
  tree.program(
    'npm',
    `
echo "$*" >>'${tree.programs}/asked'
[ "$1" = install ] || exit 0
shift
mkdir -p node_modules
echo half >node_modules/half-unpacked
${before}
exec '${process.execPath}' '${standIn}' '${repository}' '${node}' "$@"`,
  )

/** The installs that it was asked for, each as one line. */
export const askedNpm = (tree: CopiedTree): readonly string[] => {
  const file = join(tree.programs, 'asked')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  return lines.filter((line) => line.startsWith('install'))
}
