import { normalUpperTail } from './binomial.ts'

export const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]]
  return (low + high) / 2
}

/**
 * Mann and Whitney's test, one-sided: how likely the values of `left` lie so far above those of `right` where both come
 * from one distribution. Ranks do not care how far out an outlier is. By the normal distribution with continuity, which
 * far out says too much rather than too little.
 */
export const rankUpperTail = (left: readonly number[], right: readonly number[]): number => {
  const [n, m] = [left.length, right.length]
  if (n === 0 || m === 0) return 1
  let above = 0
  for (const one of left) for (const other of right) above += one > other ? 1 : one === other ? 0.5 : 0
  const all = n + m
  const ties = [...Map.groupBy([...left, ...right], (value) => value).values()]
  const tied = ties.reduce((sum, { length }) => sum + length ** 3 - length, 0)
  const variance = ((n * m) / 12) * (all + 1 - tied / (all * (all - 1)))
  return variance <= 0 ? 1 : normalUpperTail((above - (n * m) / 2 - 0.5) / Math.sqrt(variance))
}
