import type { CostEstimate, CostLine } from '../cost-estimate.ts'

export type LineChange = { readonly from: CostLine; readonly to: CostLine; readonly difference: number }

export type CostComparison = {
  /** Largest difference first, each of the three. */
  readonly added: readonly CostLine[]
  readonly gone: readonly CostLine[]
  readonly changed: readonly LineChange[]
  /** Second less first: the fixed part, and the expected total. */
  readonly fixed: number
  readonly total: number
  /** What only one of both has no price for makes every difference one of the priced part alone. */
  readonly unpriced: { readonly added: CostEstimate['unpriced']; readonly gone: CostEstimate['unpriced'] }
}

const keyOf = ({ subject, item }: { readonly subject: string; readonly item: string }): string => `${subject} ${item}`

const linesOf = ({ fixed, usage }: CostEstimate): readonly CostLine[] => [...fixed, ...usage]

/** What changes from one estimate to another, line by line. Lines are the same by their subject and item. */
export const comparePlans = (from: CostEstimate, to: CostEstimate): CostComparison => {
  const before = new Map(linesOf(from).map((line) => [keyOf(line), line]))
  const after = new Map(linesOf(to).map((line) => [keyOf(line), line]))
  const onlyIn = (these: ReadonlyMap<string, CostLine>, those: ReadonlyMap<string, CostLine>) =>
    [...these].flatMap(([key, line]) => (those.has(key) ? [] : [line])).toSorted((a, b) => b.monthly - a.monthly)
  const changed = [...after].flatMap(([key, line]): readonly LineChange[] => {
    const old = before.get(key)
    if (old === undefined || (old.monthly === line.monthly && old.sku === line.sku)) return []
    return [{ from: old, to: line, difference: line.monthly - old.monthly }]
  })
  return {
    added: onlyIn(after, before),
    gone: onlyIn(before, after),
    changed: changed.toSorted((one, other) => Math.abs(other.difference) - Math.abs(one.difference)),
    fixed: to.monthly.fixed - from.monthly.fixed,
    total: to.monthly.total.expected - from.monthly.total.expected,
    unpriced: { added: onlyUnpriced(to, from), gone: onlyUnpriced(from, to) },
  }
}

const onlyUnpriced = (these: CostEstimate, those: CostEstimate): CostEstimate['unpriced'] => {
  const known = new Set(those.unpriced.map(keyOf))
  return these.unpriced.filter((line) => !known.has(keyOf(line)))
}
