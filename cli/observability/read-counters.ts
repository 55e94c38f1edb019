import type { Exposition } from '../metrics/parse-exposition.ts'

/** What one instance has counted since its process began. */
export type Counters = {
  readonly requests: number
  /** Of them, answered with a 5xx. */
  readonly errors: number
  /** Requests by the upper edge of their bucket in seconds, each with all quicker ones. */
  readonly buckets: ReadonlyMap<number, number>
}

/** What probes ask and what nobody has a route for says nothing about how users fare. */
const uncounted: ReadonlySet<string> = new Set(['/health', 'unmatched'])

export const edgeOf = (label: string): number => (label === '+Inf' ? Number.POSITIVE_INFINITY : Number(label))

export const readCounters = ({ series }: Exposition): Counters => {
  const buckets = new Map<number, number>()
  let requests = 0
  let errors = 0
  for (const { name, labels, value } of series) {
    if (uncounted.has(labels.route ?? '')) continue
    if (name === 'http_request_duration_seconds_count') {
      requests += value
      if (labels.status_code?.startsWith('5')) errors += value
    }
    if (name === 'http_request_duration_seconds_bucket') {
      const edge = edgeOf(labels.le ?? '')
      buckets.set(edge, (buckets.get(edge) ?? 0) + value)
    }
  }
  return { requests, errors, buckets }
}
