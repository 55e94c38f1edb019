/**
 * As Prometheus' histogram_quantile: within its bucket a request may be anywhere. Null where nothing was counted; above
 * the last edge nothing is known but that edge.
 */
export const bucketQuantile = (share: number, buckets: ReadonlyMap<number, number>): number | null => {
  const sorted = [...buckets].toSorted(([a], [b]) => a - b)
  const total = sorted.at(-1)?.[1] ?? 0
  if (total <= 0) return null
  const rank = share * total
  const index = sorted.findIndex(([, count]) => count >= rank)
  const [edge, count] = sorted[index] ?? [0, 0]
  const [lower, below] = index > 0 ? (sorted[index - 1] ?? [0, 0]) : [0, 0]
  if (edge === Number.POSITIVE_INFINITY) return lower
  return count === below ? edge : lower + ((edge - lower) * (rank - below)) / (count - below)
}
