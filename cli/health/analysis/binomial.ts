const coefficients = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
]

/** Lanczos' approximation (g = 7), for arguments of at least 1; right to 13 digits. */
const logGamma = (argument: number): number => {
  const x = argument - 1
  const sum = coefficients.reduce(
    (total, coefficient, index) => total + coefficient / (x + index + 1),
    0.9999999999998099,
  )
  const t = x + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}

const logChoose = (of: number, taken: number): number =>
  logGamma(of + 1) - logGamma(taken + 1) - logGamma(of - taken + 1)

/** How likely `found` or more of `of` are where each is one with probability `share`. */
export const binomialUpperTail = ({ found, of, share }: Found & { readonly share: number }): number => {
  if (found <= 0) return 1
  if (share <= 0) return 0
  let tail = 0
  for (let count = found; count <= of; count += 1) {
    const term = Math.exp(logChoose(of, count) + count * Math.log(share) + (of - count) * Math.log1p(-share))
    tail += term
    // Behind the middle the terms only fall.
    if (count > of * share && term <= tail * 1e-12) break
  }
  return Math.min(1, tail)
}

export type Found = { readonly found: number; readonly of: number }

/** Two groups to be compared within one kind of thing, such as one route. */
export type Stratum = { readonly candidate: Found; readonly baseline: Found }

/** How likely each number of finds is in the candidate where both groups are alike and their finds are given. */
const hypergeometric = ({ candidate, baseline }: Stratum): readonly number[] => {
  const found = candidate.found + baseline.found
  const most = Math.min(found, candidate.of)
  const all = logChoose(candidate.of + baseline.of, found)
  return Array.from({ length: most + 1 }, (_, count) =>
    found - count > baseline.of
      ? 0
      : Math.exp(logChoose(candidate.of, count) + logChoose(baseline.of, found - count) - all),
  )
}

const convolve = (left: readonly number[], right: readonly number[]): readonly number[] => {
  const sums = new Float64Array(left.length + right.length - 1)
  for (const [index, one] of left.entries()) {
    if (one === 0) continue
    for (const [other, two] of right.entries()) sums[index + other] = (sums[index + other] ?? 0) + one * two
  }
  return [...sums]
}

/** The upper tail of the normal distribution (Abramowitz and Stegun 7.1.26 is too coarse out here: a continued fraction). */
export const normalUpperTail = (z: number): number => {
  if (z < 0) return 1 - normalUpperTail(-z)
  if (z < 3) {
    let term = z
    let sum = z
    for (let index = 1; index < 100; index += 1) {
      term *= (z * z) / (2 * index + 1)
      sum += term
    }
    return 0.5 - (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
  }
  let fraction = 0
  for (let index = 60; index >= 1; index -= 1) fraction = index / (z + fraction)
  return Math.exp((-z * z) / 2) / (Math.sqrt(2 * Math.PI) * (z + fraction))
}

/** Mantel and Haenszel's, with continuity: exact convolutions of many thousand finds would take seconds. */
export const approximateTail = (strata: readonly Stratum[]): number => {
  let excess = -0.5
  let variance = 0
  for (const { candidate, baseline } of strata) {
    const all = candidate.of + baseline.of
    const found = candidate.found + baseline.found
    excess += candidate.found - (candidate.of * found) / all
    variance += (candidate.of * baseline.of * found * (all - found)) / (all * all * Math.max(1, all - 1))
  }
  return variance === 0 ? 1 : normalUpperTail(excess / Math.sqrt(variance))
}

const exactUpTo = 1500

/**
 * Fisher's exact test over strata: how likely as many finds or more are in the candidate where within each stratum both
 * groups are alike. What is asked for more often than before is no difference. Strata that one group has not are left out.
 */
export const stratifiedUpperTail = (given: readonly Stratum[]): number => {
  const strata = given.filter(({ candidate, baseline }) => candidate.of > 0 && baseline.of > 0)
  const telling = strata.filter(({ candidate, baseline }) => candidate.found + baseline.found > 0)
  const finds = telling.reduce((sum, { candidate, baseline }) => sum + candidate.found + baseline.found, 0)
  if (finds > exactUpTo) return approximateTail(telling)
  const found = telling.reduce((sum, { candidate }) => sum + candidate.found, 0)
  if (found === 0) return 1
  const chances = telling.map(hypergeometric).reduce(convolve, [1])
  return Math.min(
    1,
    chances.slice(found).reduceRight((sum, chance) => sum + chance, 0),
  )
}
