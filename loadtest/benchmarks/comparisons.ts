import { medianOf } from './figures.ts'

/** One value for each round, or why there is none. */
export type Taken = { readonly values: readonly number[] } | { readonly skipped: string }

/** The same piece of work, done by shopctl and by others. */
export type Comparison = {
  readonly label: string
  readonly unit: string
  readonly shopctl: Taken
  /** Null where nothing of theirs is comparable. */
  readonly helm: Taken | null
  readonly kubectl: Taken | null
  /** What was promised of shopctl: in the same unit, or as a part of what helm takes. Null where nothing was. */
  readonly promise: { readonly atMost: number } | { readonly ofHelm: number } | null
}

/** Several figures of one run, so that each run is made once. */
export const taken = <Run>(runs: readonly Run[] | string, value: (run: Run) => number): Taken =>
  typeof runs === 'string' ? { skipped: runs } : { values: runs.map(value) }

const medianTaken = (one: Taken | null): number =>
  one === null || 'skipped' in one ? Number.NaN : medianOf(one.values)

const shown = (value: number): string =>
  Number.isNaN(value) ? '-' : Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0)

/** Not a number where helm was not there: then nothing is proven and nothing missed. */
const limitOf = ({ promise, helm }: Comparison): number | null => {
  if (promise === null) return null
  return 'atMost' in promise ? promise.atMost : promise.ofHelm * medianTaken(helm)
}

/** A promise that was not measured is not missed; a measured one that is not a number is. */
export const isComparisonMissed = (comparison: Comparison): boolean => {
  const limit = limitOf(comparison)
  if (limit === null || Number.isNaN(limit) || 'skipped' in comparison.shopctl) return false
  return !(medianTaken(comparison.shopctl) <= limit)
}

const promised = (comparison: Comparison): string => {
  const { promise } = comparison
  if (promise === null) return ''
  const words = 'atMost' in promise ? `≤ ${promise.atMost}` : `≤ ${promise.ofHelm} × helm`
  const limit = limitOf(comparison)
  if (limit === null || Number.isNaN(limit) || 'skipped' in comparison.shopctl) return `${words}, not measured`
  return isComparisonMissed(comparison) ? `MISSED ${words}` : words
}

const countOf = (one: Taken | null): string | null =>
  one === null || 'skipped' in one ? null : String(one.values.length)

const rowOf = (comparison: Comparison): readonly string[] => {
  const { label, unit, shopctl, helm, kubectl } = comparison
  const ratios = [helm, kubectl].map((peer) => shown(medianTaken(shopctl) / medianTaken(peer)))
  const medians = [shopctl, helm, kubectl].map((one) => shown(medianTaken(one)))
  const rounds = [shopctl, helm, kubectl].map(countOf).filter((count) => count !== null)
  return [label, ...ratios, unit, ...medians, rounds.join('/'), promised(comparison)]
}

const titles = ['', '× helm', '× kubectl', 'unit', 'shopctl', 'helm', 'kubectl', 'n', 'promised']
const leftColumns: ReadonlySet<string> = new Set(['', 'unit', 'promised'])

/** What was left out and why, once for each reason. */
const notesOf = (comparisons: readonly Comparison[]): readonly string[] => {
  const notes = comparisons.flatMap((comparison) =>
    (['shopctl', 'helm', 'kubectl'] as const).flatMap((name) => {
      const one = comparison[name]
      if (one === null || !('skipped' in one)) return []
      return [name === 'shopctl' ? `${comparison.label}: skipped: ${one.skipped}` : `${name}: skipped: ${one.skipped}`]
    }),
  )
  return [...new Set(notes)]
}

/** Ratios of the medians first, since the machine cancels out of them; below one shopctl takes less. */
export const renderComparisons = (comparisons: readonly Comparison[]): string => {
  const rows = [titles, ...comparisons.map(rowOf)]
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return leftColumns.has(titles[column] ?? '') ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [...rows.map(line), ...notesOf(comparisons)].join('\n')
}
