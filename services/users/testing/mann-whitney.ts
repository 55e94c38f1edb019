export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** How far the medians of two such samples lie apart by chance alone, hardly ever (3 standard errors). */
export function medianNoise(one: readonly number[], other: readonly number[]): number {
  const spread = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b)
    const quartile = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
    return (quartile(0.75) - quartile(0.25)) / 1.349
  }
  const error = (values: readonly number[]) => (1.2533 * spread(values)) / Math.sqrt(values.length)
  return 3 * Math.hypot(error(one), error(other))
}

/** Two-sided p of the Mann-Whitney U test, by the normal approximation (good from 20 values on), ties corrected. */
export function mannWhitneyP(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, mine: true })), ...other.map((value) => ({ value, mine: false }))]
  all.sort((a, b) => a.value - b.value)
  let rankSum = 0
  let ties = 0
  for (let start = 0; start < all.length; ) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1
    const count = end - start
    const rank = (start + 1 + end) / 2
    rankSum += rank * all.slice(start, end).filter(({ mine }) => mine).length
    ties += count ** 3 - count
    start = end
  }
  const [n1, n2, n] = [one.length, other.length, all.length]
  const u = rankSum - (n1 * (n1 + 1)) / 2
  const deviation = Math.sqrt(((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1))))
  const z = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5) / deviation
  return 2 * (1 - normal(z))
}

/** The normal distribution up to z (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const polynomial = series.reduceRight((sum, factor) => t * (factor + sum), 0)
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}
