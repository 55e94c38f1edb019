import type { InstanceCounts } from '../../health/analysis/counts.ts'

/** One instance that told nothing, and the sentence that says why. */
export type Silence = { readonly service: string; readonly words: string }

/** What every instance of a release had counted at one moment, in milliseconds of a clock that never jumps. */
export type Reading = {
  readonly at: number
  readonly instances: readonly InstanceCounts[]
  /** How long each took to tell it, in milliseconds: the same little work again and again, by which a machine is known. */
  readonly answered: readonly { readonly service: string; readonly milliseconds: number }[]
  /** Why an instance told nothing. */
  readonly silent: readonly Silence[]
}
