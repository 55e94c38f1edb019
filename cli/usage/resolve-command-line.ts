import { parse } from '@oclif/core/parser'
import type { CommandClass, CommandTable } from '../start/command-table.ts'
import { findCommand } from './find-command.ts'

/** `wrong`: typed as it stands, shopctl would refuse it as wrong usage. */
export type ResolvedCommandLine =
  | { readonly kind: 'command'; readonly id: string }
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'wrong'; readonly why: string }

/** What documents write where the reader puts something of theirs: `N`, `FILE`, `ORDER_ID`. */
const placeholder = /^[A-Z][A-Z_]*$/
const programs = new Set(['shopctl', 'bin/shopctl', './bin/shopctl'])
/** Where the shell's own part of a line begins. */
const shellWords = new Set(['|', '>', '>>', '<', '2>', '&&', '||', ';', '#', '&'])

const wordsOf = (line: string): readonly string[] => {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  const end = words.findIndex((word) => shellWords.has(word))
  return end === -1 ? words : words.slice(0, end)
}

type Declared = {
  readonly options?: readonly string[] | undefined
  readonly helpValue?: string | string[] | undefined
  readonly summary?: string | undefined
}

/** Something that is taken in place of `ID`, `N` or `FILE`. */
const standIn = (name: string): string => (/(^|_)ID$/.test(name) ? '0190c4b0-0000-7000-8000-000000000000' : '1')

/** A list of words is often only in a flag's help. */
const sample = (name: string, flag: Declared | undefined): string => {
  const help = typeof flag?.helpValue === 'string' && flag.helpValue.includes('|') ? flag.helpValue.split('|') : []
  return flag?.options?.[0] ?? help[0] ?? standIn(name)
}

/** The words as somebody would type them who has put something in each placeholder. */
const filledIn = (words: readonly string[], flags: Readonly<Record<string, Declared>>): string[] =>
  words.map((word, index) => {
    const { joined, value = word } = /^--(?<joined>[\w-]+)=(?<value>.*)$/.exec(word)?.groups ?? {}
    if (!placeholder.test(value)) return word
    const name = joined ?? /^--(?<before>[\w-]+)$/.exec(words[index - 1] ?? '')?.groups?.before
    const filling = sample(value, name === undefined ? undefined : flags[name])
    return joined === undefined ? filling : `--${joined}=${filling}`
  })

const complaint = async ({ flags, baseFlags, args, strict }: CommandClass, words: readonly string[]) => {
  const known = { ...flags, ...baseFlags }
  const tried = (typed: string[]) =>
    parse(typed, { flags: known, args, strict }).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)),
    )
  // The name of a setting looks like something to put in, and is taken as it stands.
  const asItStands = await tried([...words])
  return asItStands === null ? null : tried(filledIn(words, { ...flags, ...baseFlags }))
}

/** Whether a line of a document is one that shopctl takes: its command, its flags, their values. Runs nothing. */
export const resolveCommandLine = async (line: string, table: CommandTable): Promise<ResolvedCommandLine> => {
  const [program = '', ...words] = wordsOf(line)
  if (!programs.has(program)) return { kind: 'wrong', why: `"${program}" is not shopctl` }
  const found = findCommand(words, Object.keys(table))
  if (found.kind === 'help') return found
  if (found.kind !== 'command') return { kind: 'wrong', why: `shopctl has no command "${words.join(' ')}"` }
  const loaded = await table[found.id]?.()
  const why = loaded === undefined ? `"${found.id}" does not load` : await complaint(loaded.default, found.rest)
  return why === null ? { kind: 'command', id: found.id } : { kind: 'wrong', why }
}
