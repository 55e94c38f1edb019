import { quoteWord } from './quote-word.ts'

type Typed = {
  /** What the person typed to start shopctl (`bin/shopctl`, a path, a link on PATH); the launcher passes it on. */
  readonly SHOPCTL_INVOKED_AS?: string | undefined
  /** Another cluster than the environment's own, where one was typed: without it the next command would go elsewhere. */
  readonly SHOPCTL_TYPED_CONTEXT?: string | undefined
}

/** A command as it can be pasted. */
export const toType = (words: string, typed: Typed = process.env): string => {
  const { SHOPCTL_INVOKED_AS: invokedAs = 'shopctl', SHOPCTL_TYPED_CONTEXT: context } = typed
  const isElsewhere = context && words.includes('--env ') && !words.includes('--kube-context')
  return `${quoteWord(invokedAs)} ${words}${isElsewhere ? ` --kube-context ${quoteWord(context)}` : ''}`
}
