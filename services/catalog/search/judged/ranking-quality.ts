const ranksCounted = 10

/**
 * nDCG@10: what the first ten answers are worth, each less the further down it stands, as a share of what the best
 * possible ten would be worth. A grade g is worth 2^g − 1.
 */
export function rankingQuality(answers: readonly string[], grades: ReadonlyMap<string, number>): number {
  const best = [...grades.values()].toSorted((a, b) => b - a)
  return worth(answers.map((sku) => grades.get(sku) ?? 0)) / worth(best)
}

function worth(grades: readonly number[]): number {
  return grades.slice(0, ranksCounted).reduce((sum, grade, index) => sum + (2 ** grade - 1) / Math.log2(index + 2), 0)
}
