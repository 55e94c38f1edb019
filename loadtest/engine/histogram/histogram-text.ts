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

/** Throws a RangeError where the text is of no histogram. */
export const decodeHistogram = (text: string): Histogram => {
  const histogram = new Histogram()
  if (text === '') return histogram
  const reader = new VarintReader(text)
  histogram.minMicroseconds = reader.read()
  histogram.maxMicroseconds = reader.read()
  histogram.sumMicroseconds = reader.read()
  histogram.overflow = reader.read()
  histogram.count = histogram.overflow
  for (let bucket = 0; !reader.isAtEnd; ) {
    bucket += reader.read()
    const samples = reader.read()
    if (bucket >= bucketCount) throw new RangeError('a histogram has a bucket that does not exist')
    histogram.buckets[bucket] = samples
    histogram.count += samples
  }
  return histogram
}
