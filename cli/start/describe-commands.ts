import type { Command } from '@oclif/core/command'
import type { CommandTable } from './command-table.ts'

export type DescribedCommand = Command.Loadable

/** Loads every command and answers what it declares: for help and for shell completion. */
export const describeCommands = async (table: CommandTable): Promise<readonly DescribedCommand[]> => {
  const loaded = Object.entries(table).map(async ([id, load]): Promise<DescribedCommand> => {
    const { default: command } = await load()
    const { summary, description, examples, usage, args, flags, baseFlags, hidden = false, strict } = command
    return {
      id,
      aliases: [],
      hiddenAliases: [],
      hasDynamicHelp: false,
      hidden,
      strict,
      args: named(args),
      flags: named({ ...flags, ...baseFlags }),
      ...(summary === undefined ? {} : { summary }),
      ...(description === undefined ? {} : { description }),
      ...(examples === undefined ? {} : { examples }),
      ...(usage === undefined ? {} : { usage }),
      // Everything to be said is said above, so oclif never asks.
      load: () => Promise.reject(new Error('described only')),
    }
  })
  return (await Promise.all(loaded)).sort((left, right) => left.id.localeCompare(right.id))
}

const named = <Value extends object>(
  values: Readonly<Record<string, Value>>,
): Record<string, Value & { name: string }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { ...value, name }]))
