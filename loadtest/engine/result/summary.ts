import { z } from 'zod'
import type { Histogram } from '../histogram/histogram.ts'

const milliseconds = z.number().nonnegative().nullable()

/** Latencies in milliseconds; null where there is no sample. */
export const summarySchema = z.object({
  count: z.number().nonnegative(),
  min: milliseconds,
  mean: milliseconds,
  p50: milliseconds,
  p90: milliseconds,
  p95: milliseconds,
  p99: milliseconds,
  p999: milliseconds,
  max: milliseconds,
  /** Samples that were too long for the histogram: quantiles above them are the longest. */
  overflow: z.number().nonnegative(),
})
export type Summary = z.infer<typeof summarySchema>

export const summaryOf = (histogram: Histogram): Summary => {
  const inMilliseconds = (microseconds: number | null) => (microseconds === null ? null : microseconds / 1_000)
  const isEmpty = histogram.count === 0
  return {
    count: histogram.count,
    min: inMilliseconds(isEmpty ? null : histogram.minMicroseconds),
    mean: inMilliseconds(histogram.meanMicroseconds()),
    p50: inMilliseconds(histogram.quantile(0.5)),
    p90: inMilliseconds(histogram.quantile(0.9)),
    p95: inMilliseconds(histogram.quantile(0.95)),
    p99: inMilliseconds(histogram.quantile(0.99)),
    p999: inMilliseconds(histogram.quantile(0.999)),
    max: inMilliseconds(isEmpty ? null : histogram.maxMicroseconds),
    overflow: histogram.overflow,
  }
}
