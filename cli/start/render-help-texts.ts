import { Help } from '@oclif/core/help'
import type { DescribedCommand } from './describe-commands.ts'
import type { StartConfig } from './start-config.ts'

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

const words = (id: string): string => id.replaceAll(':', ' ')

const table = (commands: readonly DescribedCommand[]): string => {
  const shown = commands.filter(({ hidden }) => !hidden)
  const width = Math.max(...shown.map(({ id }) => id.length))
  return shown.map(({ id, summary = '' }) => `  ${words(id).padEnd(width)}  ${summary}`).join('\n')
}

const renderRoot = (commands: readonly DescribedCommand[]): string =>
  [
    'Builds, ships, gates and rolls back the shop.',
    '',
    'Usage: shopctl COMMAND [FLAGS]',
    '',
    'Commands:',
    table(commands),
    '',
    'To begin:',
    '  shopctl deploy --env local',
    '',
    'shopctl COMMAND --help tells the flags of a command,',
    'shopctl help exit-codes what the exit codes mean.',
    '',
  ].join('\n')

const renderGroup = (group: string, commands: readonly DescribedCommand[]): string => {
  const members = commands.filter(({ id }) => id.startsWith(`${group}:`))
  return [`Usage: shopctl ${words(group)} COMMAND [FLAGS]`, '', 'Commands:', table(members), ''].join('\n')
}

const renderCommand = async (config: StartConfig, command: DescribedCommand): Promise<string> => {
  const help = new WrittenHelp(config, { stripAnsi: true, hideCommandSummaryInDescription: true })
  // oclif changes the id of what it is given.
  await help.showCommandHelp({ ...command })
  return help.text()
}

const groupsOf = (ids: readonly string[]): readonly string[] => {
  const groups = ids.flatMap((id) => {
    const parts = id.split(':')
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(':'))
  })
  return [...new Set(groups)].filter((group) => !ids.includes(group))
}

/** Renders every help text, for 80 columns and without colours. */
export const renderHelpTexts = async (
  commands: readonly DescribedCommand[],
  config: StartConfig,
): Promise<HelpTexts> => {
  const groups = groupsOf(commands.map(({ id }) => id)).map((group) => [words(group), renderGroup(group, commands)])
  const rendered = commands.map(async (command) => [words(command.id), await renderCommand(config, command)])
  return Object.fromEntries([['', renderRoot(commands)], ...groups, ...(await Promise.all(rendered))])
}
