import { Config } from '@oclif/core/config'
import { settings } from '@oclif/core/settings'
import { showFailure } from './output/show-outcome.ts'
import { exitAfterPrinting, printText } from './output/standard-streams.ts'
import { createRedactor } from './tools/redact.ts'
import { findCommand } from './usage/find-command.ts'
import { unknownCommand } from './usage/unknown-command.ts'

const showHelp = async (config: Config, topic: string): Promise<void> => {
  const { renderHelpTexts } = await import('./start/render-help-texts.ts')
  const texts = await renderHelpTexts(config)
  printText(texts[topic.replaceAll(':', ' ')] ?? '')
}

/** Runs the command that the words name. `oclifRoot` holds package.json with the oclif part: the bundle's or the repository's. */
export const main = async (words: readonly string[], oclifRoot: string): Promise<void> => {
  // TypeScript runs as it is, so oclif needs to look for no compiler.
  settings.enableAutoTranspile = false
  const config = await Config.load({ root: oclifRoot, devPlugins: false, userPlugins: false })
  const found = findCommand(words, config.commandIDs)
  if (found.kind === 'command') {
    await config.runCommand(found.id, [...found.rest])
    return
  }
  if (found.kind === 'help') {
    await showHelp(config, found.topic)
    return
  }
  const failure = unknownCommand(found, config.commandIDs)
  const format = words.includes('--json') ? 'json' : 'text'
  await showFailure(failure, { command: words.join(' '), format, redactor: createRedactor() })
  await exitAfterPrinting(failure.exitCode)
}
