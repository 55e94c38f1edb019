const plainWord = /^[\w@%+=:,./-]+$/

/** One word for a shell, quoted only where it needs to be. */
export const quoteWord = (word: string): string => (plainWord.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
