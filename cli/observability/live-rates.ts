import type { Counters } from './read-counters.ts'

/** What one instance does in a second. */
export type InstanceRates = {
  readonly name: string
  readonly service: string
  readonly answers: 'yes' | 'no'
  /** Null where it does not answer, or has not often enough yet. */
  readonly rates: Counters | null
}

export type Reading = {
  readonly atMilliseconds: number
  /** By instance; null where it did not answer. */
  readonly instances: ReadonlyMap<string, { readonly service: string; readonly counters: Counters | null }>
}

const increase = (from: Counters, to: Counters): Counters => {
  // A counter that went back began anew with its process: all that it has now came since.
  if (to.requests < from.requests) return to
  const buckets = [...to.buckets].map(([edge, count]) => [edge, count - (from.buckets.get(edge) ?? 0)] as const)
  return { requests: to.requests - from.requests, errors: to.errors - from.errors, buckets: new Map(buckets) }
}

const scaled = ({ requests, errors, buckets }: Counters, factor: number): Counters => ({
  requests: requests * factor,
  errors: errors * factor,
  buckets: new Map([...buckets].map(([edge, count]) => [edge, count * factor])),
})

const added = (one: Counters, other: Counters): Counters => {
  const edges = new Set([...one.buckets.keys(), ...other.buckets.keys()])
  return {
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    buckets: new Map([...edges].map((edge) => [edge, (one.buckets.get(edge) ?? 0) + (other.buckets.get(edge) ?? 0)])),
  }
}

const nothing: Counters = { requests: 0, errors: 0, buckets: new Map() }

export const sumOf = (all: readonly Counters[]): Counters => all.reduce(added, nothing)

type Moment = { readonly atMilliseconds: number; readonly counters: Counters }

const ratesBetween = (moments: readonly Moment[]): Counters | null => {
  const [first] = moments
  const last = moments.at(-1)
  if (first === undefined || last === undefined || last === first) return null
  const steps = moments.slice(1).map(({ counters }, index) => increase(moments[index]?.counters ?? nothing, counters))
  return scaled(sumOf(steps), 1000 / (last.atMilliseconds - first.atMilliseconds))
}

/** The instances of the newest reading, with what they did over all readings, oldest first, in which they answered. */
export const liveRates = (readings: readonly Reading[]): readonly InstanceRates[] =>
  [...(readings.at(-1)?.instances ?? [])].map(([name, { service, counters }]) => {
    const moments = readings.flatMap(({ atMilliseconds, instances }) => {
      const then = instances.get(name)?.counters ?? null
      return then === null ? [] : [{ atMilliseconds, counters: then }]
    })
    if (counters === null) return { name, service, answers: 'no', rates: null }
    return { name, service, answers: 'yes', rates: ratesBetween(moments) }
  })
