import type { RouteCounts } from '../health/analysis/counts.ts'
import type { Series } from './parse-exposition.ts'

const duration = 'http_request_duration_seconds'

/** What is asked by machines to see whether a service lives says nothing of what users meet. */
const ofMachines: ReadonlySet<string> = new Set(['/health', '/metrics', '/docs', '/openapi.json'])

/** By route such as `GET /api/v1/products`: in how many seconds 95 of 100 are to be answered. */
export type SlowerThan = ReadonlyMap<string, number>

type Counted = { route: string; status: number; requests: number; seconds: number; buckets: [number, number][] }

const routeOf = ({ labels }: Series): string | null => {
  const { method, route, status_code: status } = labels
  if (method === undefined || route === undefined || status === undefined || ofMachines.has(route)) return null
  return `${method} ${route}`
}

/** Those above the bucket that is the next to the objective: a bucket knows nothing of what is inside it. */
const slowOf = ({ route, requests, buckets }: Counted, slowerThan: SlowerThan): number | null => {
  const bound = slowerThan.get(route)
  if (bound === undefined) return null
  const inTime = buckets.toSorted(([a], [b]) => a - b).find(([le]) => le >= bound)
  return inTime === undefined ? 0 : Math.max(0, requests - inTime[1])
}

/** What an instance has answered since it began, by route and status, as its request durations count it. */
export const httpCounts = (series: readonly Series[], slowerThan: SlowerThan): readonly RouteCounts[] => {
  const counted = new Map<string, Counted>()
  for (const one of series) {
    if (!one.name.startsWith(duration)) continue
    const route = routeOf(one)
    if (route === null) continue
    const status = Number(one.labels.status_code)
    const key = `${route} ${status}`
    const counts = counted.get(key) ?? { route, status, requests: 0, seconds: 0, buckets: [] }
    if (one.name === `${duration}_count`) counts.requests += one.value
    if (one.name === `${duration}_sum`) counts.seconds += one.value
    if (one.name === `${duration}_bucket`)
      counts.buckets.push([Number(one.labels.le?.replace('+Inf', 'Infinity')), one.value])
    counted.set(key, counts)
  }
  return [...counted.values()].map((counts) => {
    const { route, status, requests, seconds } = counts
    return { route, status, requests, seconds, slow: slowOf(counts, slowerThan) }
  })
}
