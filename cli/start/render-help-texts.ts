import type { Command } from '@oclif/core/command'
import type { Config } from '@oclif/core/config'
import { Help } from '@oclif/core/help'

/** What shopctl prints for `--help`: '' is the whole program, `history show` a command, `infra` a group of commands. */
export type HelpTexts = Readonly<Record<string, string>>

class WrittenHelp extends Help {
  readonly lines: string[] = []

  protected override log(...words: string[]): void {
    this.lines.push(words.join(' '))
  }

  text(): string {
    return `${this.lines.join('\n').trimEnd()}\n`
  }
}

type Entry = { readonly name: string; readonly summary: string }

const entriesOf = (commands: readonly Command.Loadable[]): readonly Entry[] =>
  commands
    .filter(({ hidden }) => !hidden)
    .map(({ id, summary = '' }) => ({ name: id.replaceAll(':', ' '), summary }))
    .sort((left, right) => left.name.localeCompare(right.name))

const table = (entries: readonly Entry[]): string => {
  const width = Math.max(...entries.map(({ name }) => name.length))
  return entries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}

const renderRoot = (config: Config): string =>
  [
    'Builds, ships, gates and rolls back the shop.',
    '',
    `Usage: ${config.bin} COMMAND [FLAGS]`,
    '',
    'Commands:',
    table(entriesOf(config.commands)),
    '',
    'To begin:',
    `  ${config.bin} deploy --env local`,
    '',
    `${config.bin} COMMAND --help tells the flags of a command,`,
    `${config.bin} help exit-codes what the exit codes mean.`,
    '',
  ].join('\n')

const renderTopic = (config: Config, topic: string): string => {
  const commands = config.commands.filter(({ id }) => id.startsWith(`${topic}:`))
  const name = topic.replaceAll(':', ' ')
  return [`Usage: ${config.bin} ${name} COMMAND [FLAGS]`, '', 'Commands:', table(entriesOf(commands)), ''].join('\n')
}

const renderCommand = async (config: Config, command: Command.Loadable): Promise<string> => {
  const help = new WrittenHelp(config, { stripAnsi: true, hideCommandSummaryInDescription: true })
  // oclif changes the id of what it is given.
  await help.showCommandHelp({ ...command })
  return help.text()
}

/** Renders every help text once, for 80 columns and without colours. */
export const renderHelpTexts = async (config: Config): Promise<HelpTexts> => {
  const ids = new Set(config.commands.map(({ id }) => id))
  const topics = config.topics.map(({ name }) => name).filter((name) => !ids.has(name))
  const named = await Promise.all(
    config.commands.map(async (command) => [command.id.replaceAll(':', ' '), await renderCommand(config, command)]),
  )
  const groups = topics.map((topic) => [topic.replaceAll(':', ' '), renderTopic(config, topic)])
  return Object.fromEntries([['', renderRoot(config)], ...groups, ...named])
}
