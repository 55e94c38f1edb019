import { quoteWord } from './quote-word.ts'

/**
 * A command as it can be pasted: begins with what the person typed to start shopctl (`bin/shopctl`, a path, a link on
 * PATH), which the launcher passes in SHOPCTL_INVOKED_AS.
 */
export const toType = (words: string, invokedAs = process.env.SHOPCTL_INVOKED_AS ?? 'shopctl'): string =>
  `${quoteWord(invokedAs)} ${words}`
