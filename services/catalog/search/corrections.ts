import { editDistance } from './edit-distance.ts'

/** A word of the products that looks like one that was typed. */
export type NearWord = { readonly asked: string; readonly word: string }

/** In three letters nearly every word is one error away from another. */
const shortestCorrected = 4
const longWord = 8
const alternativesAtMost = 3

/** How many errors a word may have. */
export function errorsAllowed(word: string): number {
  const { length } = [...word]
  if (length < shortestCorrected) return 0
  return length < longWord ? 1 : 2
}

/**
 * For each word typed: itself, and where no product has it, those words of products that are nearest to it. Null where
 * nothing would change.
 */
export function correctedWords(typed: readonly string[], near: readonly NearWord[]): readonly string[][] | null {
  const corrected = typed.map((asked) => [asked, ...nearest(asked, near)])
  return corrected.some((words) => words.length > 1) ? corrected : null
}

function nearest(asked: string, near: readonly NearWord[]): readonly string[] {
  const words = [...new Set(near.filter((found) => found.asked === asked).map(({ word }) => word))]
  if (words.includes(asked)) return []
  const judged = words.map((word) => ({ word, distance: editDistance(asked, word) }))
  const least = Math.min(...judged.map(({ distance }) => distance))
  if (least > errorsAllowed(asked)) return []
  const best = judged.filter(({ distance }) => distance === least).map(({ word }) => word)
  return best.toSorted().slice(0, alternativesAtMost)
}

/** What one error of a swap or a letter too many makes of the word when it is undone: trigrams see these least. */
export function undoneErrors(word: string): readonly string[] {
  const letters = [...word]
  const without = letters.map((_, index) => letters.toSpliced(index, 1).join(''))
  const swapped = letters
    .slice(1)
    .map((letter, index) => letters.toSpliced(index, 2, letter, letters[index] ?? '').join(''))
  return [...new Set([...without, ...swapped])]
}

/** The words as to_tsquery() takes them: one of each group has to be there. Words are letters and digits only. */
export function renderCorrected(groups: readonly (readonly string[])[]): string {
  return groups.map((words) => `(${words.map((word) => `'${word}'`).join(' | ')})`).join(' & ')
}
