import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { repositoryRoot } from '../../repository-root.ts'
import { sourceCommands } from '../../usage/testing/source-commands.ts'
import type { Repository } from '../check-document.ts'
import { repositoryPaths } from '../repository-paths.ts'

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')
/** A document's own tests make names up. */
const isSource = (path: string): boolean =>
  !path.startsWith('cli/docs/') && /\.(ts|cjs|groovy|yaml)$|Jenkinsfile|^bin\/(shopctl|test)$/.test(path)
const name = /(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])/g

export const paths = repositoryPaths(repositoryRoot)

/** Every document that a person reads; what programs have written for a comparison is none. */
export const documents = paths
  .filter((path) => path.endsWith('.md') && !path.includes('/golden/'))
  .map((path) => ({ path, markdown: read(path) }))

export const thisRepository: Repository = {
  paths: new Set(paths),
  commands: sourceCommands,
  scripts: new Set(
    Object.keys(
      z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts,
    ),
  ),
  names: new Set(paths.filter(isSource).flatMap((path) => read(path).match(name) ?? [])),
}
