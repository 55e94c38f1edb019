export type FlagToDrop = {
  /** As it can be typed: `--yes`, `-y`. */
  readonly names: readonly string[]
  /** `all`: every word up to the next flag is its own, for it may be given several at once. */
  readonly values: 'none' | 'all'
}

/** The words that were typed without one flag and what is its own, so that the rest can be typed again. */
export const wordsWithout = (words: readonly string[], { names, values }: FlagToDrop): readonly string[] => {
  let isInFlag = false
  return words.filter((word) => {
    const isFlag = names.some((name) => word === name || word.startsWith(`${name}=`))
    isInFlag = values === 'all' && (isFlag || (isInFlag && !word.startsWith('-')))
    return !isFlag && !isInFlag
  })
}
