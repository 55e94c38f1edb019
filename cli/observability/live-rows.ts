import { bucketQuantile } from './bucket-quantile.ts'
import { type InstanceRates, sumOf } from './live-rates.ts'

/** One service of one release as it fares now; null is unknown, never 0. */
export type LiveRow = {
  readonly service: string
  /** Whether users are on this release, or shall be moved to it. */
  readonly side: 'serving' | 'next'
  readonly instances: number
  /** Of them, those that do not answer. */
  readonly silent: number
  readonly requestsPerSecond: number | null
  readonly errorRatio: number | null
  readonly p50Milliseconds: number | null
  readonly p95Milliseconds: number | null
}

export type LiveInstance = InstanceRates & { readonly side: LiveRow['side'] }

const milliseconds = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000)

const rowOf = (service: string, side: LiveRow['side'], own: readonly InstanceRates[]): LiveRow => {
  const known = own.flatMap(({ rates }) => (rates === null ? [] : [rates]))
  const { requests, errors, buckets } = sumOf(known)
  return {
    service,
    side,
    instances: own.length,
    silent: own.filter(({ answers }) => answers === 'no').length,
    requestsPerSecond: known.length === 0 ? null : requests,
    errorRatio: requests > 0 ? errors / requests : null,
    p50Milliseconds: milliseconds(bucketQuantile(0.5, buckets)),
    p95Milliseconds: milliseconds(bucketQuantile(0.95, buckets)),
  }
}

/** A row for every service, and a second one where instances of the next release run beside. */
export const liveRows = (services: readonly string[], instances: readonly LiveInstance[]): readonly LiveRow[] =>
  services.flatMap((service) => {
    const own = (side: LiveRow['side']) => instances.filter((one) => one.service === service && one.side === side)
    const next = own('next')
    return [rowOf(service, 'serving', own('serving')), ...(next.length === 0 ? [] : [rowOf(service, 'next', next)])]
  })
