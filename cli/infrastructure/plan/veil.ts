/** A value that must not or cannot be shown. `sameAs` serves comparing and is printed by nothing. */
export class Veiled {
  readonly words: '(sensitive)' | '(known after apply)'
  readonly #sameAs: string

  constructor(words: Veiled['words'], value: unknown) {
    this.words = words
    this.#sameAs = JSON.stringify(value) ?? ''
  }

  equals(other: Veiled): boolean {
    return this.words === other.words && this.#sameAs === other.#sameAs
  }
}

export type Shown =
  | string
  | number
  | boolean
  | null
  | Veiled
  | readonly Shown[]
  | { readonly [attribute: string]: Shown }

export type Marks = { readonly sensitive: unknown; readonly unknown: unknown }

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Veiled)

export const isShownRecord = (value: Shown): value is { readonly [attribute: string]: Shown } => isRecord(value)
export const isShownList = (value: Shown): value is readonly Shown[] => Array.isArray(value)

/** The marks of one element; a mark on the whole is one on each part. */
const below = (marks: unknown, key: string | number): unknown => {
  if (marks === true) return true
  // A set may have fewer marks than elements.
  if (Array.isArray(marks)) return marks[Number(key)] ?? marks[0]
  return isRecord(marks) ? marks[key] : undefined
}

const marksBelow = ({ sensitive, unknown }: Marks, key: string | number): Marks => ({
  sensitive: below(sensitive, key),
  unknown: below(unknown, key),
})

const unmarked: Marks = { sensitive: undefined, unknown: undefined }

/** Policies and the like are JSON within a string: a difference is told inside of them. */
const jsonWithin = (text: string): unknown => {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/**
 * The value with everything veiled that Terraform marks as sensitive or as unknown, before anything else looks at it:
 * what comes later cannot show a secret by mistake.
 */
export const veil = (value: unknown, marks: Marks): Shown => {
  if (marks.sensitive === true && !isEmpty(value)) return new Veiled('(sensitive)', value)
  if (marks.unknown === true) return new Veiled('(known after apply)', null)
  if (Array.isArray(value)) return value.map((each, index) => veil(each, marksBelow(marks, index)))
  if (isRecord(value) || isRecord(marks.unknown)) {
    const attributes = isRecord(value) ? value : {}
    const keys = new Set([...Object.keys(attributes), ...Object.keys(isRecord(marks.unknown) ? marks.unknown : {})])
    return Object.fromEntries([...keys].map((key) => [key, veil(attributes[key], marksBelow(marks, key))]))
  }
  if (typeof value === 'string') {
    const within = jsonWithin(value)
    return within === undefined ? value : veil(within, unmarked)
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** AWS answers with an empty text, list or map where nothing was set: none of them is a value. */
export const isEmpty = (value: unknown): boolean => {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.every(isEmpty)
  return isRecord(value) && Object.values(value).every(isEmpty)
}

export const isSame = (left: Shown, right: Shown): boolean => {
  if (left instanceof Veiled || right instanceof Veiled) {
    return left instanceof Veiled && right instanceof Veiled && left.equals(right)
  }
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right)
  if (isShownList(left) && isShownList(right)) {
    return left.length === right.length && left.every((each, index) => isSame(each, right[index] ?? null))
  }
  if (isShownRecord(left) && isShownRecord(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
      isSame(left[key] ?? null, right[key] ?? null),
    )
  }
  return left === right
}

const wholeWords = (value: Shown): string => {
  if (value instanceof Veiled) return value.words
  if (isShownList(value)) return value.map(wholeWords).join(', ')
  if (isShownRecord(value)) {
    const set = Object.entries(value).filter(([, each]) => !isEmpty(each))
    return `{${set.map(([key, each]) => `${key}: ${wholeWords(each)}`).join(', ')}}`
  }
  return String(value)
}

/** As long as it is; null where there is no value. */
export const valueWords = (value: Shown): string | null => (isEmpty(value) ? null : wholeWords(value))
