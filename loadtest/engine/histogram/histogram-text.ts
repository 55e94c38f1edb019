import { bucketCount } from './buckets.ts'
import { Histogram } from './histogram.ts'
import { VarintReader, VarintWriter } from './varints.ts'

/** Compact and safe in JSON: least, most, sum, overflow, then of each bucket in use its distance and its samples. */
export const encodeHistogram = (histogram: Histogram): string => {
  if (histogram.count === 0) return ''
  const writer = new VarintWriter()
  writer.write(histogram.minMicroseconds)
  writer.write(histogram.maxMicroseconds)
  writer.write(histogram.sumMicroseconds)
  writer.write(histogram.overflow)
  let last = 0
  for (const [bucket, samples] of histogram.buckets.entries()) {
    if (samples === 0) continue
    writer.write(bucket - last)
    writer.write(samples)
    last = bucket
  }
  return writer.text()
}

/** Adds what the text holds. Throws a RangeError where it is of no histogram. */
export const addHistogramText = (histogram: Histogram, text: string): void => {
  if (text === '') return
  const reader = new VarintReader(text)
  histogram.minMicroseconds = Math.min(histogram.minMicroseconds, reader.read())
  histogram.maxMicroseconds = Math.max(histogram.maxMicroseconds, reader.read())
  histogram.sumMicroseconds += reader.read()
  const overflow = reader.read()
  histogram.overflow += overflow
  histogram.count += overflow
  for (let bucket = 0; !reader.isAtEnd; ) {
    bucket += reader.read()
    const samples = reader.read()
    if (bucket >= bucketCount) throw new RangeError('a histogram has a bucket that does not exist')
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + samples
    histogram.count += samples
  }
}

/** Throws a RangeError where the text is of no histogram. */
export const decodeHistogram = (text: string): Histogram => {
  const histogram = new Histogram()
  addHistogramText(histogram, text)
  return histogram
}
