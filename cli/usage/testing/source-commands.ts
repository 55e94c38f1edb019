import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryRoot } from '../../repository-root.ts'
import { type CommandTable, commandId, isCommandFile } from '../../start/command-table.ts'

/** Every command that can be typed, from the sources as they are. */
export const sourceCommands: CommandTable = Object.fromEntries(
  globSync('cli/commands/**/*.ts', { cwd: repositoryRoot })
    .filter(isCommandFile)
    .map((file) => [commandId(file), () => import(pathToFileURL(join(repositoryRoot, file)).href)]),
)
