import type { CompletionCommand } from './completion-words.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const nextWords = (commands: readonly CompletionCommand[], typed: readonly string[]): readonly string[] => {
  const prefix = typed.length === 0 ? '' : `${typed.join(' ')} `
  const names = commands.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length))
  return [...new Set(names.map((rest) => rest.split(' ')[0] ?? rest))]
}

/** For each beginning of a command: the words that may follow it. */
const rows = (
  commands: readonly CompletionCommand[],
): readonly { readonly typed: string; readonly next: readonly string[] }[] => {
  const beginnings = commands.flatMap(({ name }) => {
    const words = name.split(' ')
    return [[], ...words.map((_, index) => words.slice(0, index + 1))]
  })
  const unique = [...new Set(beginnings.map((words) => words.join(' ')))]
  return unique.map((typed) => {
    const command = commands.find(({ name }) => name === typed)
    const flags = command?.flags.map(({ name }) => `--${name}`) ?? []
    const words = nextWords(commands, typed === '' ? [] : typed.split(' '))
    return { typed, next: [...words, ...(command?.values ?? []), ...flags] }
  })
}

const flagValues = (commands: readonly CompletionCommand[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    commands.flatMap(({ flags }) =>
      flags.filter(({ values }) => values.length > 0).map(({ name, values }) => [name, values]),
    ),
  )

/** zsh loads it through its support for bash completions, so that there is one script to keep right. */
const bash = (commands: readonly CompletionCommand[]): string =>
  [
    '_shopctl() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own variables
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} typed= word choices=',
    '  case $previous in',
    ...[...flagValues(commands)].map(
      ([name, values]) => `    --${name}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`,
    ),
    '    --events) COMPREPLY=($(compgen -f -- "$current")); return ;;',
    '  esac',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own variables
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case $word in -*) continue ;; esac',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own variables
    '    case "$typed${typed:+ }$word" in',
    `      ${rows(commands)
      .map(({ typed }) => `'${typed}'`)
      .filter((typed) => typed !== "''")
      .join('|')}) typed="$typed\${typed:+ }$word" ;;`,
    '      *) break ;;',
    '    esac',
    '  done',
    '  case $typed in',
    ...rows(commands).map(({ typed, next }) => `    '${typed}') choices='${next.join(' ')}' ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$choices" -- "$current"))',
    '}',
    'complete -F _shopctl shopctl bin/shopctl ./bin/shopctl',
    '',
  ].join('\n')

const zsh = (commands: readonly CompletionCommand[]): string =>
  ['autoload -Uz compinit bashcompinit', 'compinit -C', 'bashcompinit', bash(commands)].join('\n')

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const fish = (commands: readonly CompletionCommand[]): string => {
  const words = rows(commands).flatMap(({ typed }) => {
    const depth = typed === '' ? 0 : typed.split(' ').length
    return nextWords(commands, typed === '' ? [] : typed.split(' ')).map((word) => {
      const name = [typed, word].filter(Boolean).join(' ')
      const summary = commands.find((command) => command.name === name)?.summary ?? ''
      const seen = typed === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${typed.split(' ')[depth - 1]}`
      return `complete -c shopctl -f -n ${quoted(seen)} -a ${word} -d ${quoted(summary)}`
    })
  })
  const flags = commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.name.split(' ')[0]}`
    const values = command.values.map((value) => `complete -c shopctl -f -n ${quoted(seen)} -a ${value}`)
    const own = command.flags.map(({ name, summary, values: choices }) => {
      const choice = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ''
      return `complete -c shopctl -n ${quoted(seen)} -l ${name} -d ${quoted(summary)}${choice}`
    })
    return [...values, ...own]
  })
  return [...new Set([...words, ...flags]), ''].join('\n')
}

/** The script that a shell reads to complete shopctl's commands, flags, environments and services. */
export const completionScript = (shell: Shell, commands: readonly CompletionCommand[]): string =>
  ({ bash, zsh, fish })[shell](commands)
