/** Words of PromQL that many panels need, written once. */

/** Series of what people have chosen, with further conditions on labels. */
export const chosen = (...conditions: readonly string[]): string =>
  `{${['namespace=~"$namespace"', 'service=~"$service"', 'pod=~"$pod"', ...conditions].join(',')}}`

/** A second. `$__rate_interval` is as wide as a picture of this length can show, and never below four scrapes. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`

export const sumBy = (labels: string, inner: string): string => `sum by (${labels}) (${inner})`

/** Of values that every pod reads from the same database: adding them up would count them once a pod. */
export const maxBy = (labels: string, inner: string): string => `max by (${labels}) (${inner})`

/** Of a histogram's buckets, which are named without `_bucket`. */
export const quantileBy = (quantile: number, labels: string, { histogram, series }: HistogramSeries): string =>
  `histogram_quantile(${quantile}, ${sumBy(`le, ${labels}`, rate(`${histogram}_bucket${series}`))})`

type HistogramSeries = { readonly histogram: string; readonly series: string }

/** The share that `part` has of `whole`: 0 where there is a whole and nothing of the part, nothing where there is none. */
export const shareBy = (labels: string, { part, whole }: { readonly part: string; readonly whole: string }): string => {
  const all = sumBy(labels, rate(whole))
  return `(${sumBy(labels, rate(part))} or 0 * ${all}) / ${all}`
}
