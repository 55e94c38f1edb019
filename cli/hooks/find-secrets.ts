import { allowComment, harmless, secretFiles, secretRules } from './secret-rules.ts'

/** Of one file: the lines that a commit would add. */
export type AddedLines = {
  readonly path: string
  readonly lines: readonly { readonly number: number; readonly text: string }[]
}

/** Never holds the secret itself. */
export type Finding = {
  readonly path: string
  /** Null where it is the file as a whole. */
  readonly line: number | null
  readonly rule: string
  readonly message: string
}

/** Shannon's, in bits a character: words have about 3, random base64 has 4.5 and more where it is long. */
export const entropyOf = (text: string): number => {
  const counts = [...Map.groupBy(text, (character) => character).values()].map((group) => group.length)
  return counts.reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}

/** Random values mix; words, paths and names in a row do not. */
const looksRandom = (value: string, leastEntropy: number): boolean => {
  const mixes = /\d/.test(value) && /[a-z]/i.test(value)
  // Of 16 hexadecimal digits there are no more than 4 bits a character.
  const needed = /^[0-9a-f]+$/i.test(value) ? Math.min(leastEntropy, 3) : leastEntropy
  return mixes && entropyOf(value) >= needed
}

/** Longer ones are bundles and pictures; no person wrote a secret into them. */
const longestLine = 10_000

/** As they are, and again after a value that is harmless. */
const rules = secretRules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern, `${rule.pattern.flags}g`) }))

const inLine = (text: string): { readonly rule: string; readonly what: string; readonly length: number } | null => {
  if (text.length > longestLine) return null
  for (const { name, what, pattern, leastEntropy } of rules) {
    const values = [...text.matchAll(pattern)].map((found) => found.groups?.value ?? found[0])
    const secret = values.find(
      (value) =>
        !harmless.some((known) => known.test(value)) &&
        (leastEntropy === undefined || looksRandom(value, leastEntropy)),
    )
    if (secret !== undefined) return { rule: name, what, length: secret.length }
  }
  return null
}

const inFile = ({ path, lines }: AddedLines): readonly Finding[] => {
  const byNumber = new Map(lines.map(({ number, text }) => [number, text]))
  const isAllowed = (number: number, text: string) =>
    allowComment.test(text) || allowComment.test(byNumber.get(number - 1) ?? '')
  return lines.flatMap(({ number, text }) => {
    const found = inLine(text)
    if (found === null || isAllowed(number, text)) return []
    const message = `looks like ${found.what} (${found.length} characters)`
    return [{ path, line: number, rule: found.rule, message }]
  })
}

/** What must not be committed, by file and line. */
export const findSecrets = (files: readonly AddedLines[]): readonly Finding[] =>
  files.flatMap((file): readonly Finding[] => {
    const whole = secretFiles.find(({ pattern }) => pattern.test(file.path))
    if (whole !== undefined) return [{ path: file.path, line: null, rule: 'secret-file', message: `is ${whole.what}` }]
    return inFile(file)
  })
