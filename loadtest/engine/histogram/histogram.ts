import { bucketCount, bucketOf, middleOf, overflowFromMicroseconds } from './buckets.ts'

/**
 * Latencies in whole microseconds; quantiles are within `relativeError` of a sample. All of it is whole numbers, so
 * that merging loses nothing in whatever order it is done.
 */
// perf_hooks' RecordableHistogram cannot be read bucket by bucket, and hdr-histogram-js is no longer kept.
export class Histogram {
  /** Samples in each bucket. Doubles: whole up to 2^53, where 32 bits would be full after hours of soaking. */
  readonly buckets = new Float64Array(bucketCount)
  count = 0
  sumMicroseconds = 0
  minMicroseconds = Number.POSITIVE_INFINITY
  maxMicroseconds = 0
  /** Samples too long for any bucket. */
  overflow = 0

  record(microseconds: number, times = 1): void {
    const whole = microseconds > 0 ? Math.round(microseconds) : 0
    this.count += times
    this.sumMicroseconds += whole * times
    if (whole < this.minMicroseconds) this.minMicroseconds = whole
    if (whole > this.maxMicroseconds) this.maxMicroseconds = whole
    if (whole >= overflowFromMicroseconds) this.overflow += times
    else this.buckets[bucketOf(whole)] = (this.buckets[bucketOf(whole)] ?? 0) + times
  }

  add(other: Histogram): void {
    this.count += other.count
    this.sumMicroseconds += other.sumMicroseconds
    this.minMicroseconds = Math.min(this.minMicroseconds, other.minMicroseconds)
    this.maxMicroseconds = Math.max(this.maxMicroseconds, other.maxMicroseconds)
    this.overflow += other.overflow
    for (const [bucket, samples] of other.buckets.entries()) {
      if (samples > 0) this.buckets[bucket] = (this.buckets[bucket] ?? 0) + samples
    }
  }

  clear(): void {
    this.buckets.fill(0)
    this.count = 0
    this.sumMicroseconds = 0
    this.minMicroseconds = Number.POSITIVE_INFINITY
    this.maxMicroseconds = 0
    this.overflow = 0
  }

  /**
   * Microseconds; `share` 0.95 is p95; null where nothing was recorded. Of overflow only the longest is known, and that
   * is said of all of it: more than the truth rather than less.
   */
  quantile(share: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (const [bucket, samples] of this.buckets.entries()) {
      seen += samples
      if (seen >= rank) return Math.min(this.maxMicroseconds, Math.max(this.minMicroseconds, middleOf(bucket)))
    }
    return this.maxMicroseconds
  }

  meanMicroseconds(): number | null {
    return this.count === 0 ? null : this.sumMicroseconds / this.count
  }
}

export const mergedHistogram = (histograms: Iterable<Histogram>): Histogram => {
  const merged = new Histogram()
  for (const histogram of histograms) merged.add(histogram)
  return merged
}
