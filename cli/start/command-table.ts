import type { Command } from '@oclif/core/command'
import type { ShopCommand } from '../shop-command.ts'

/** Command ids as oclif writes them (`history:show`) and how to load each. A command is loaded when it runs. */
export type CommandTable = Readonly<Record<string, () => Promise<{ readonly default: CommandClass }>>>

export type CommandClass = Pick<typeof Command, keyof typeof Command> &
  (new (
    argv: string[],
    config: Command['config'],
  ) => ShopCommand)

/** `cli/commands/history/show.ts` is `history:show`, and `history/index.ts` is `history`. */
export const commandId = (file: string): string =>
  file
    .replace(/^cli\/commands\//, '')
    .replace(/\.ts$/, '')
    .replace(/\/index$/, '')
    .replaceAll('/', ':')

export const isCommandFile = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.test.ts')
