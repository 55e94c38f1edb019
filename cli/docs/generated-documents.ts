import { repositoryRoot } from '../repository-root.ts'
import { renderConfiguration } from './render-configuration.ts'
import { renderProjectTree } from './render-project-tree.ts'
import { repositoryPaths } from './repository-paths.ts'

/** Documents that nobody writes by hand: the name in this folder, and the text. */
export const generatedDocuments = (): Readonly<Record<string, string>> => ({
  'CONFIGURATION.md': renderConfiguration(),
  'PROJECT_TREE.md': renderProjectTree(repositoryPaths(repositoryRoot)),
})
