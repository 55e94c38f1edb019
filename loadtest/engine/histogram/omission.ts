import { bucketOf, lowerEndOf, middleOf } from './buckets.ts'
import { Histogram } from './histogram.ts'

/**
 * What the requests would have seen that were not sent while one was waited for: coordinated omission, corrected as
 * HdrHistogram's copyCorrectedForCoordinatedOmission does. A sample of v stands also for v-i, v-2i … down to the
 * interval i at which a user would otherwise have come again. Samples too long for a bucket stay single.
 */
export const correctedForOmission = (histogram: Histogram, expectedIntervalMicroseconds: number): Histogram => {
  const corrected = new Histogram()
  corrected.add(histogram)
  if (!(expectedIntervalMicroseconds > 0)) return corrected
  for (const [bucket, samples] of histogram.buckets.entries()) {
    const from = Math.min(middleOf(bucket), histogram.maxMicroseconds)
    if (samples > 0) addOmitted(corrected, { from, samples, every: expectedIntervalMicroseconds })
  }
  return corrected
}

type Omitted = { readonly from: number; readonly samples: number; readonly every: number }

/** A bucket at a time: an interval of microseconds would make millions of single samples of a long one. */
const addOmitted = (corrected: Histogram, { from, samples, every }: Omitted): void => {
  const most = Math.floor(from / every) - 1
  for (let step = 1; step <= most; ) {
    const lower = lowerEndOf(bucketOf(Math.round(from - step * every)))
    const last = Math.min(most, Math.max(step, Math.floor((from - lower) / every)))
    corrected.record(from - ((step + last) / 2) * every, samples * (last - step + 1))
    step = last + 1
  }
}
