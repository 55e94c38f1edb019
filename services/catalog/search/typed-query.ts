import { type Apart, readDashes } from './dashes.ts'

/** What somebody typed, as far as a search treats it in different ways. */
export type TypedQuery =
  /** `words` are those that a typing error may be in. */
  | (Apart & {
      readonly kind: 'words'
      readonly words: readonly string[]
      /** The last word may go on: nothing says that it is over. */
      readonly open: boolean
      /** Those that may be of a word in f or fe, which no rule of the dictionary knows: knives, shelves. */
      readonly plurals: readonly string[]
      /** In lower case, where it may be one. */
      readonly sku: string | null
    })
  /** No letter and no digit in it: looked for as it stands. */
  | { readonly kind: 'signs'; readonly text: string }
  | { readonly kind: 'nothing' }

const word = /[\p{L}\p{N}\p{M}]+/gu
const skuForm = /^[a-z0-9][a-z0-9._-]{0,63}$/i
const correctedAtMost = 8

/** An operator (a quote, a minus, `or`) says that whoever typed it means what is there: nothing in it is corrected. */
export function parseTyped(q: string): TypedQuery {
  const typed = q.trim()
  if (typed === '') return { kind: 'nothing' }
  const words = typed.toLowerCase().match(word) ?? []
  if (words.length === 0) return { kind: 'signs', text: typed }
  const different = [...new Set(words)]
  const { text, hyphenated } = readDashes(typed)
  const operators = /"|(^|\s)-|(^|\s)or(\s|$)/i.test(text)
  return {
    kind: 'words',
    text,
    hyphenated,
    words: operators ? [] : different.slice(0, correctedAtMost),
    plurals: different.filter((one) => /^[a-z]{2,20}ves$/.test(one)),
    open: /(^|[^-"\p{L}\p{N}])[\p{L}\p{N}]+$/u.test(text) && text.split('"').length % 2 === 1,
    sku: skuForm.test(typed) ? typed.toLowerCase() : null,
  }
}

/** A pattern of LIKE in which the text stands for itself. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
