/** The same for the same seed, so that a storm can be called again. */
export type SeededRandom = {
  /** From 0 to 1. */
  next(): number
  /** From 0 to one less. */
  below(count: number): number
  /** True this often of a hundred times. */
  percent(often: number): boolean
  pick<Item>(items: readonly [Item, ...Item[]]): Item
}

/** Mulberry32, by Tommy Ettinger: 32 bits of state are enough to choose by. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    next,
    below,
    percent: (often) => next() * 100 < often,
    pick: ([first, ...others]) => others[below(others.length + 1) - 1] ?? first,
  }
}
