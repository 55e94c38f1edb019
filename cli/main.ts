import { showFailure } from './output/show-outcome.ts'
import { exitAfterPrinting, printText } from './output/standard-streams.ts'
import type { CommandTable } from './start/command-table.ts'
import { StartConfig } from './start/start-config.ts'
import { createRedactor } from './tools/redact.ts'
import { findCommand } from './usage/find-command.ts'
import { unknownCommand } from './usage/unknown-command.ts'

/** Every help text: written beside the bundle, so that a later `--help` loads nothing. */
export const helpTexts = async (table: CommandTable): Promise<Readonly<Record<string, string>>> => {
  const { describeCommands } = await import('./start/describe-commands.ts')
  const { renderHelpTexts } = await import('./start/render-help-texts.ts')
  return renderHelpTexts(await describeCommands(table), new StartConfig(table))
}

/** Runs the command that the words name. */
export const main = async (words: readonly string[], table: CommandTable): Promise<void> => {
  const ids = Object.keys(table)
  const found = findCommand(words, ids)
  if (found.kind === 'help') {
    const texts = await helpTexts(table)
    printText(texts[found.topic.replaceAll(':', ' ')] ?? '')
    return
  }
  const load = found.kind === 'command' ? table[found.id] : undefined
  if (found.kind === 'command' && load !== undefined) {
    const { default: command } = await load()
    command.id = found.id
    await new command([...found.rest], new StartConfig(table)).start()
    return
  }
  if (found.kind === 'command') return
  const failure = unknownCommand(found, ids)
  const format = words.includes('--json') ? 'json' : 'text'
  const command = found.kind === 'unknown' ? found.typed : ''
  await showFailure(failure, { command, format, redactor: createRedactor() })
  await exitAfterPrinting(failure.exitCode)
}
