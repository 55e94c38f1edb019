import { bucketOf, lowerEndOf, overflowFromMicroseconds, widthOf } from '../../engine/histogram/buckets.ts'
import type { Histogram } from '../../engine/histogram/histogram.ts'

/**
 * Microseconds below which this share of the samples lies, taken as spread evenly over their bucket. Unlike the
 * histogram's own `quantile` it has no steps: two runs that differ by a sample must not differ by a bucket.
 */
export const evenQuantile = (histogram: Histogram, share: number): number => {
  const rank = share * histogram.count
  let seen = 0
  for (const [bucket, samples] of histogram.buckets.entries()) {
    if (samples > 0 && seen + samples >= rank) {
      return lowerEndOf(bucket) + (widthOf(bucket) * Math.max(0, rank - seen)) / samples
    }
    seen += samples
  }
  return histogram.maxMicroseconds
}

/** How many samples lie below: the inverse of it, times all of them. */
export const samplesBelow = (histogram: Histogram, microseconds: number): number => {
  if (microseconds >= overflowFromMicroseconds) return histogram.count - histogram.overflow
  const bucket = bucketOf(Math.floor(microseconds))
  let below = 0
  for (const [index, samples] of histogram.buckets.entries()) {
    if (index >= bucket) break
    below += samples
  }
  const part = (microseconds - lowerEndOf(bucket)) / widthOf(bucket)
  return below + (histogram.buckets[bucket] ?? 0) * Math.min(1, part)
}
