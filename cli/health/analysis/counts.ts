/** What was answered on one route with one status: since an instance began, or within a span of time. */
export type RouteCounts = {
  /** `GET /api/v1/products/{id}`. */
  readonly route: string
  readonly status: number
  readonly requests: number
  /** That all of them together took. */
  readonly seconds: number
  /** Those that took longer than the objective has 95 of 100 take; null where the route has no objective. */
  readonly slow: number | null
}

/** What one instance has counted since it began. */
export type InstanceCounts = {
  readonly service: string
  readonly instance: string
  readonly routes: readonly RouteCounts[]
}

/** What the instances of one service answered between two readings. */
export type Span = readonly RouteCounts[]

const keyOf = ({ route, status }: RouteCounts): string => `${route} ${status}`

const minus = (after: RouteCounts, before: RouteCounts | undefined): RouteCounts => ({
  ...after,
  requests: after.requests - (before?.requests ?? 0),
  seconds: Math.max(0, after.seconds - (before?.seconds ?? 0)),
  slow: after.slow === null ? null : Math.max(0, after.slow - (before?.slow ?? 0)),
})

/** A counter never falls: where one has fallen or gone, the process was started again and counts from zero. */
const wasRestarted = (before: readonly RouteCounts[], after: ReadonlyMap<string, RouteCounts>): boolean =>
  before.some((old) => (after.get(keyOf(old))?.requests ?? 0) < old.requests)

const since = (before: readonly RouteCounts[], after: readonly RouteCounts[]): Span => {
  const now = new Map(after.map((counts) => [keyOf(counts), counts]))
  const old = new Map(wasRestarted(before, now) ? [] : before.map((counts) => [keyOf(counts), counts]))
  return after.map((counts) => minus(counts, old.get(keyOf(counts)))).filter(({ requests }) => requests > 0)
}

/** One row for each route and status. */
export const sumOf = (spans: readonly Span[]): Span => {
  const sums = new Map<string, RouteCounts>()
  for (const counts of spans.flat()) {
    const sum = sums.get(keyOf(counts))
    sums.set(keyOf(counts), {
      ...counts,
      requests: counts.requests + (sum?.requests ?? 0),
      seconds: counts.seconds + (sum?.seconds ?? 0),
      slow: counts.slow === null ? null : counts.slow + (sum?.slow ?? 0),
    })
  }
  return [...sums.values()]
}

/**
 * What each service answered between two readings. An instance counts from the second reading on that it is in: what it
 * did before the first one happened at another time. One that has gone takes its last moments with it.
 */
export const spansBetween = (
  before: readonly InstanceCounts[],
  after: readonly InstanceCounts[],
): ReadonlyMap<string, Span> => {
  const old = new Map(before.map(({ instance, service, routes }) => [`${service} ${instance}`, routes]))
  const spans = Map.groupBy(after, ({ service }) => service)
  return new Map(
    [...spans].map(([service, instances]) => {
      const own = instances.flatMap(({ instance, routes }) => {
        const first = old.get(`${service} ${instance}`)
        return first === undefined ? [] : [since(first, routes)]
      })
      return [service, sumOf(own)]
    }),
  )
}

export const requestsOf = (span: Span): number => span.reduce((sum, { requests }) => sum + requests, 0)
