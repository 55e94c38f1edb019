/** What the first words on the command line mean. Command ids are oclif's: `history:show`. */
export type FoundCommand =
  | { readonly kind: 'command'; readonly id: string; readonly rest: readonly string[] }
  /** A group like `history`, or '' for the whole program: only help can be shown. */
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'unknown'; readonly typed: string }
  | { readonly kind: 'flag-first'; readonly flag: string }

const isFlag = (word: string): boolean => word.startsWith('-')

const leadingWords = (words: readonly string[]): readonly string[] => {
  const end = words.findIndex(isFlag)
  return end === -1 ? words : words.slice(0, end)
}

const longestMatch = (words: readonly string[], known: ReadonlySet<string>): number => {
  for (let length = words.length; length > 0; length--) {
    if (known.has(words.slice(0, length).join(':'))) return length
  }
  return 0
}

const topicsOf = (ids: readonly string[]): ReadonlySet<string> =>
  new Set(
    ids.flatMap((id) => {
      const parts = id.split(':')
      return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(':'))
    }),
  )

const asksForHelp = (words: readonly string[]): boolean => {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).includes('--help') || words[0] === '-h'
}

/** The longest known command that the words begin with; the words after it are its own. */
export const findCommand = (words: readonly string[], ids: readonly string[]): FoundCommand => {
  const leading = leadingWords(words)
  const commands = new Set(ids)
  const topics = topicsOf(ids)
  const length = longestMatch(leading, commands)
  const id = leading.slice(0, length).join(':')
  if (length > 0)
    return asksForHelp(words) ? { kind: 'help', topic: id } : { kind: 'command', id, rest: words.slice(length) }

  const [first, ...others] = leading
  if (first === 'help') return others.length === 0 ? { kind: 'help', topic: '' } : helpFor(others, ids)
  if (first === undefined) {
    const flag = words[0]
    return flag === undefined || asksForHelp(words) ? { kind: 'help', topic: '' } : { kind: 'flag-first', flag }
  }
  const group = longestMatch(leading, topics)
  const isGroup = group > 0 && (group === leading.length || asksForHelp(words))
  return isGroup
    ? { kind: 'help', topic: leading.slice(0, group).join(':') }
    : { kind: 'unknown', typed: leading.join(' ') }
}

const helpFor = (words: readonly string[], ids: readonly string[]): FoundCommand => {
  const length = longestMatch(words, new Set([...ids, ...topicsOf(ids)]))
  if (length === 0) return { kind: 'unknown', typed: words.join(' ') }
  return { kind: 'help', topic: words.slice(0, length).join(':') }
}
