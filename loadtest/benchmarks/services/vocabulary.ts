/** So many words that a shop's products are described with; the commonest is in six products of a hundred. */
const wordCount = 4_000
/** The larger, the flatter: Zipf's law with Mandelbrot's shift, as texts have it without their articles. */
const shift = 50
const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cli dro ste tri plo'.split(' ')

export type Vocabulary = {
  /** Always the same for a number. */
  productText(number: number): { readonly name: string; readonly description: string }
  /** What people type: one or two words of a product, each third with two letters swapped or without its end. */
  search(number: number): string
}

/** Numerical Recipes' generator: good enough for words, and the same on every machine. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const newWord = (random: () => number): string =>
  Array.from({ length: 3 + Math.floor(random() * 2) }, () => syllables[Math.floor(random() * syllables.length)]).join(
    '',
  )

const swapped = (word: string): string => `${word[0]}${word[2]}${word[1]}${word.slice(3)}`

export const createVocabulary = (): Vocabulary => {
  const random = randomFrom(1)
  const words = Array.from({ length: wordCount }, () => newWord(random))
  const pick = (next: () => number) => {
    const rank = shift * ((wordCount + shift) / shift) ** next() - shift
    return words[Math.min(wordCount - 1, Math.floor(rank))] ?? ''
  }
  const productText = (number: number) => {
    const next = randomFrom(Math.imul(number, 2_654_435_761))
    next()
    const some = (count: number) => Array.from({ length: count }, () => pick(next)).join(' ')
    return { name: some(3), description: some(8) }
  }
  return {
    productText,
    search(number) {
      const [first = '', second = ''] = productText(number * 97).name.split(' ')
      if (number % 3 === 1) return `${swapped(first)} ${second}`
      if (number % 3 === 2) return `${second} ${first.slice(0, -2)}`
      return number % 2 === 0 ? first : `${first} ${second}`
    },
  }
}
