import { globSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { chooseChecks } from '../bin/checks.ts'
import { outputFlags } from '../cli/flags.ts'
import { type CommandTable, commandId, isCommandFile } from '../cli/start/command-table.ts'
import { findCommand } from '../cli/usage/find-command.ts'
import { commandsIn, jenkinsfileNames, readJenkinsfile } from './testing/jenkinsfiles.ts'

const root = join(import.meta.dirname, '..')
const table: CommandTable = Object.fromEntries(
  globSync('cli/commands/**/*.ts', { cwd: root })
    .filter(isCommandFile)
    .map((file) => [commandId(file), () => import(join(root, file))]),
)

/** Takes the words as the program would; throws what it would say. */
const parseShopctl = async (words: readonly string[]): Promise<void> => {
  const found = findCommand(words, Object.keys(table))
  const load = found.kind === 'command' ? table[found.id] : undefined
  if (found.kind !== 'command' || load === undefined) throw new Error(`shopctl has no command "${words.join(' ')}"`)
  const { default: command } = await load()
  const flags = { ...outputFlags, ...command.flags }
  await Parser.parse([...found.rest], { flags, args: command.args, strict: true })
}

const parseTest = async (words: readonly string[]): Promise<void> => {
  const chosen = chooseChecks(words)
  if ('unknown' in chosen) throw new Error(`bin/test has no part "${chosen.unknown}"`)
  const others = words.slice(1).filter((word) => word !== '--coverage')
  if (others.length > 0) throw new Error(`bin/test is not given ${others.join(' ')} here`)
}

const parseCommand = (command: string): Promise<void> => {
  const [program, ...words] = command.split(' ')
  if (program === 'bin/shopctl') return parseShopctl(words)
  if (program === 'bin/test') return parseTest(words)
  return Promise.reject(new Error(`${program} is neither bin/shopctl nor bin/test`))
}

describe.each(jenkinsfileNames)('%s', (name) => {
  const text = readJenkinsfile(name)
  const commands = commandsIn(text)

  test('every step that runs something is one plain command in single quotes', () => {
    expect(commands.length).toBeGreaterThan(3)
    expect([...text.matchAll(/\b(sh|bat|powershell|pwsh)\b/g)]).toHaveLength(commands.length)
    for (const command of commands) expect(command).toMatch(/^bin\/(shopctl|test)( [\w./-]+)+$/)
  })

  test.each([...new Set(commands)])('%s is what the program understands', async (command) => {
    await expect(parseCommand(command)).resolves.toBeUndefined()
  })

  test('each way to end is told as what it is', () => {
    const told = [...text.matchAll(/^ {4}(\w+) \{\n {6}node[\s\S]*?evidence --outcome (\w+)'[\s\S]*?shopctl notify'/gm)]
    expect(told.map(([, condition, outcome]) => `${condition} as ${outcome}`)).toEqual([
      'success as passed',
      'failure as failed',
      'unstable as failed',
      'aborted as aborted',
    ])
  })

  test('there is no logic: no branch, loop, variable, script block or text that is put together', () => {
    expect(text).not.toMatch(/["$`]/)
    const words = /\b(if|else|for|while|switch|try|catch|def|script|expression|return|load|evaluate|each)\b/
    const said = text.replaceAll(/'[^']*'/g, "''").split('\n')
    expect(said.filter((line) => words.test(line) || /[+?<>&|]|->/.test(line))).toEqual([])
    // Which builds end their predecessors is the one thing that Jenkins must be told in a comparison.
    const compared = said.filter((line) => /[!=]=|=~/.test(line)).map((line) => line.trim())
    expect(compared).toEqual(
      name === 'Jenkinsfile' ? ['disableConcurrentBuilds(abortPrevious: env.CHANGE_ID != null)'] : [],
    )
  })
})

test.each([
  'bin/shopctl deploi --env staging',
  'bin/shopctl deploy --env staging --fast',
  'bin/shopctl deploy --env stagging --yes',
  'bin/shopctl deploy --yes',
  'bin/shopctl release promote --from staging',
  'bin/shopctl quality gate --wait soon',
  'bin/test units',
  'bin/test unit --covrage',
  'npm test',
])('%s would be found', async (command) => {
  await expect(parseCommand(command)).rejects.toThrow()
})
