/** In milliseconds since the load. */
export type Lifetimes = {
  /** From then on it is loaded anew; spread by a tenth, so that what was filled together does not expire together. */
  readonly fresh: number
  /** So much longer it is served while it is loaded anew. */
  readonly stale: number
  /** As long it is served where it cannot be loaded anew. */
  readonly spare: number
  /** What is not there. */
  readonly absent: number
  /** While changes cannot be heard of, nobody believes an own copy longer. */
  readonly unheard: number
}

export const lifetimes: Lifetimes = {
  fresh: 30_000,
  stale: 30_000,
  spare: 300_000,
  absent: 4_500,
  unheard: 2_000,
}

/** `spare`: only where it cannot be loaded anew. */
export type Freshness = 'fresh' | 'stale' | 'spare' | 'gone'

export type Kept = {
  readonly ageMilliseconds: number
  /** Spread already. */
  readonly freshMilliseconds: number
  readonly isAbsent: boolean
  /** Something newer may have been committed before it was copied. */
  readonly isDoubtful: boolean
}

export function freshnessOf(
  kept: Kept,
  { lives, heard }: { readonly lives: Lifetimes; readonly heard: boolean },
): Freshness {
  const { ageMilliseconds: age, freshMilliseconds, isAbsent, isDoubtful } = kept
  const fresh = heard ? freshMilliseconds : Math.min(freshMilliseconds, lives.unheard)
  if (age < fresh && !isDoubtful) return 'fresh'
  if (isAbsent || age >= lives.spare) return 'gone'
  return heard && !isDoubtful && age < freshMilliseconds + lives.stale ? 'stale' : 'spare'
}

/** `random` is from 0 up to 1. */
export function spreadLifetime(milliseconds: number, random: number): number {
  return Math.round(milliseconds * (0.9 + 0.2 * random))
}
