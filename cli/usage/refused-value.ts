import { ShopctlError } from '../errors/shopctl-error.ts'
import { nearestWord } from './nearest-word.ts'

/** Carries a refusal out of oclif's parser, which rewrites the message of what a flag's parser throws. */
export class RefusedValue extends Error {
  override readonly name = 'RefusedValue'
  readonly refusal: ShopctlError

  constructor(refusal: ShopctlError) {
    super(refusal.message)
    this.refusal = refusal
  }
}

export type Choice<Known extends string> = {
  /** `UNKNOWN_ENVIRONMENT`, `UNKNOWN_SERVICE`. */
  readonly code: string
  /** `environment`, `service`. */
  readonly noun: string
  readonly known: readonly Known[]
}

/** The value as it is known, or a refusal (usage) that names the nearest. Never guesses: a slip must not become production. */
export const chosenFrom = <Known extends string>(typed: string, choice: Choice<Known>): Known => {
  const exact = choice.known.find((candidate) => candidate === typed)
  if (exact !== undefined) return exact
  const nearest = nearestWord(typed, choice.known)
  throw new RefusedValue(
    new ShopctlError({
      code: choice.code,
      outcome: 'usage',
      what: `There is no ${choice.noun} "${typed}"${nearest === null ? '.' : `; did you mean "${nearest}"?`} Nothing was changed.`,
      why: [`The ${choice.noun}s are ${choice.known.join(', ')}.`],
    }),
  )
}
