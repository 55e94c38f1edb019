import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { main } from '../main.ts'
import { commandId, isCommandFile } from './command-table.ts'

/** Runs the TypeScript as it is: where no bundle can be written, for example on a read-only disk. */
export const runSources = async (words: readonly string[], root: string): Promise<void> => {
  const files = globSync('cli/commands/**/*.ts', { cwd: root }).filter(isCommandFile)
  const rows = files.map((file) => [commandId(file), () => import(pathToFileURL(join(root, file)).href)])
  await main(words, Object.fromEntries(rows))
}
