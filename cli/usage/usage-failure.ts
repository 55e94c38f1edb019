import { stripVTControlCharacters } from 'node:util'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { nearestWord } from './nearest-word.ts'

export type DeclaredFlag = { readonly required?: boolean; readonly helpValue?: string | string[] }

/** The command that was being parsed: its id and what it declares. */
export type ParsedCommand = {
  readonly id: string
  readonly flags: Readonly<Record<string, DeclaredFlag>>
  readonly argv: readonly string[]
}

const unknownFlags = (error: Error): readonly string[] =>
  'flags' in error && Array.isArray(error.flags) ? error.flags.filter((flag) => typeof flag === 'string') : []

const mentions = (argv: readonly string[], flag: string): boolean =>
  argv.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`))

const rewritten = ({ argv }: ParsedCommand, from: string, to: string): readonly string[] =>
  argv.map((word) => (word === from || word.startsWith(`${from}=`) ? word.replace(from, to) : word))

const unknownFlag = (command: ParsedCommand, flag: string): ShopctlError => {
  const typed = flag.split('=', 1)[0] ?? flag
  const nearest = nearestWord(typed.replace(/^-+/, ''), Object.keys(command.flags))
  const name = command.id.replaceAll(':', ' ')
  const corrected = nearest === null ? [] : [toType([name, ...rewritten(command, typed, `--${nearest}`)].join(' '))]
  return new ShopctlError({
    code: 'UNKNOWN_FLAG',
    outcome: 'usage',
    what: `${name} has no flag ${typed}${nearest === null ? '.' : `; did you mean --${nearest}?`} Nothing was changed.`,
    fix: [...corrected, toType(`${name} --help`)],
  })
}

/** `local` of `local|dev`: the command that is offered can be pasted. */
const firstChoice = (flag: DeclaredFlag | undefined): string => {
  const shown = flag?.helpValue ?? 'VALUE'
  const first = typeof shown === 'string' ? shown : (shown[0] ?? 'VALUE')
  return first.split('|')[0] ?? first
}

const missingFlags = (command: ParsedCommand, missing: readonly string[]): ShopctlError => {
  const name = command.id.replaceAll(':', ' ')
  const shown = missing.map((flag) => `--${flag} ${firstChoice(command.flags[flag])}`)
  return new ShopctlError({
    code: 'FLAG_MISSING',
    outcome: 'usage',
    what: `${name} needs ${missing.map((flag) => `--${flag}`).join(' and ')}; nothing was changed.`,
    ...(missing.includes('env') ? { why: ['No environment is taken for granted.'] } : {}),
    fix: [toType([name, ...command.argv, ...shown].join(' '))],
  })
}

/** What oclif's parser threw, in the house's words: names the nearest flag, or the flags that are missing. */
export const usageFailure = (error: Error, command: ParsedCommand): ShopctlError => {
  const [unknown] = unknownFlags(error)
  if (unknown !== undefined) return unknownFlag(command, unknown)
  const missing = Object.entries(command.flags)
    .filter(([name, flag]) => flag.required === true && !mentions(command.argv, name))
    .map(([name]) => name)
  if (missing.length > 0) return missingFlags(command, missing)
  const name = command.id.replaceAll(':', ' ')
  const lines = stripVTControlCharacters(error.message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'See more help with --help')
  return new ShopctlError({
    code: 'WRONG_USAGE',
    outcome: 'usage',
    what: `${name} does not understand what was typed; nothing was changed.`,
    why: lines,
    fix: [toType(`${name} --help`)],
  })
}
