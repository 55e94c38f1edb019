import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../repository-root.ts'
import { commandVariables, internalVariables } from './command-variables.ts'
import { folders, selfEvident } from './folders.ts'
import { generatedDocuments } from './generated-documents.ts'
import { shownFolders } from './render-project-tree.ts'
import { paths } from './testing/this-repository.ts'

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')

test.each(Object.entries(generatedDocuments()))('%s is as node cli/docs/write-documents.ts writes it', (name, text) => {
  expect(read(`cli/docs/${name}`)).toBe(text)
})

test('every folder of the first two levels has a word in folders.ts, and none that is gone has', () => {
  const shown = shownFolders(paths)
  const silent = shown.filter((path) => path.split('/').length <= 2 && folders[path] === undefined)
  expect(silent.filter((path) => !selfEvident.has(path.split('/').at(-1) ?? ''))).toEqual([])
  const gone = Object.keys(folders).filter((path) => !paths.includes(`${path}/`))
  expect(gone).toEqual([])
})

/** What ships: what only tests and benchmarks set is of no use to a person. */
const isShipped = (path: string): boolean =>
  /^(cli|bin|manifests)\/.*\.(ts|cjs)$|^bin\/(shopctl|test)$/.test(path) &&
  !/\.test\.ts$|^cli\/(e2e|docs)\/|\/testing\//.test(path)

test('every SHOPCTL_ variable that the sources read is told, or is of no use to a person; none that is gone is told', () => {
  const variables = new Set(
    paths.filter(isShipped).flatMap((path) => read(path).match(/\bSHOPCTL_[A-Z_]*[A-Z]\b/g) ?? []),
  )
  const told = [...commandVariables.map(({ name }) => name), ...internalVariables]
  expect([...variables].filter((name) => !told.includes(name))).toEqual([])
  const everything = paths.filter(
    (path) => /^(cli|bin|manifests)\//.test(path) && !path.startsWith('cli/docs/') && !path.endsWith('/'),
  )
  const known = everything.map(read).join('\n')
  expect(told.filter((name) => !known.includes(name))).toEqual([])
})
