import type { NamedSeries } from './panel-data.ts'

/** Where a series begins and ends when it stands on those before it, at each time. */
export type Layer = {
  readonly bottoms: readonly (number | null)[]
  readonly tops: readonly (number | null)[]
}

/** One on top of the other. A series without a value at a time leaves no gap for those above it. */
export const stackOf = (series: readonly NamedSeries[]): readonly Layer[] => {
  const heights: number[] = []
  return series.map(({ values }) => {
    const bottoms = values.map((value, at) => (value === null ? null : (heights[at] ?? 0)))
    const tops = values.map((value, at) => {
      if (value === null) return null
      heights[at] = (heights[at] ?? 0) + value
      return heights[at]
    })
    return { bottoms, tops }
  })
}
