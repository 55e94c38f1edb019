/** Milliseconds that never go back, with fractions. */
export type Clock = {
  now(): number
  /** Calls once, after about so long; the answer calls it off. */
  after(milliseconds: number, act: () => void): () => void
  /** How much too early an action may start, where the timers are not finer than that. */
  readonly grainMilliseconds: number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds)
    return () => clearTimeout(timer)
  },
  // Timers of Node have whole milliseconds and come up to one late.
  grainMilliseconds: 1.5,
}
