import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketCount, bucketOf, lowerEndOf, overflowFromMicroseconds, relativeError, widthOf } from './buckets.ts'
import { Histogram, mergedHistogram } from './histogram.ts'
import { decodeHistogram, encodeHistogram } from './histogram-text.ts'

const samples = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 10_000_000 }),
    fc.integer({ min: 0, max: 2 ** 40 }),
  ),
)

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

const quantileOf = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN

describe('a bucket', () => {
  it('follows the one before it without a gap, and holds what it says', () => {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      expect(bucketOf(lowerEndOf(bucket))).toBe(bucket)
      expect(bucketOf(lowerEndOf(bucket) + widthOf(bucket) - 1)).toBe(bucket)
    }
    expect(lowerEndOf(bucketCount - 1) + widthOf(bucketCount - 1)).toBe(overflowFromMicroseconds)
  })

  it('keeps the error that is promised to users of the report', () => expect(relativeError).toBeLessThanOrEqual(0.01))
})

describe('a histogram', () => {
  it('is the same when workers that share the samples are merged, in any order', () => {
    const shared = fc.array(samples, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(shared, fc.infiniteStream(fc.nat()), (workers, order) => {
        const shuffled = workers
          .map((values) => ({ values, key: order.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ values }) => histogramOf(values))
        expect(mergedHistogram(shuffled)).toEqual(histogramOf(workers.flat()))
      }),
    )
  })

  it('is the same when half of it was merged before, and when an empty one is added', () => {
    fc.assert(
      fc.property(samples, samples, samples, (a, b, c) => {
        const left = mergedHistogram([mergedHistogram([histogramOf(a), histogramOf(b)]), histogramOf(c)])
        const right = mergedHistogram([histogramOf(a), mergedHistogram([histogramOf(b), histogramOf(c)])])
        expect(left).toEqual(right)
        expect(mergedHistogram([left, new Histogram()])).toEqual(right)
      }),
    )
  })

  it('comes back from its text as it was', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const histogram = histogramOf(values)
        const text = encodeHistogram(histogram)
        expect(decodeHistogram(text)).toEqual(histogram)
        expect(JSON.stringify(text)).toBe(`"${text}"`)
      }),
    )
  })

  it('answers each quantile within its error, and least and most exactly', () => {
    const short = fc.array(fc.integer({ min: 0, max: overflowFromMicroseconds - 1 }), { minLength: 1 })
    fc.assert(
      fc.property(short, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const histogram = histogramOf(values)
        const truth = quantileOf(values, share)
        expect(Math.abs((histogram.quantile(share) ?? Number.NaN) - truth)).toBeLessThanOrEqual(truth * relativeError)
        expect(histogram.minMicroseconds).toBe(Math.min(...values))
        expect(histogram.maxMicroseconds).toBe(Math.max(...values))
      }),
    )
  })

  it('counts what is too long for it, says so, and calls it as long as the longest', () => {
    const histogram = histogramOf([1_000, overflowFromMicroseconds, overflowFromMicroseconds * 4])
    expect(histogram).toMatchObject({ count: 3, overflow: 2, maxMicroseconds: overflowFromMicroseconds * 4 })
    expect(histogram.quantile(0.5)).toBe(overflowFromMicroseconds * 4)
  })

  it('has no quantile and no mean while it is empty', () => {
    expect(new Histogram().quantile(0.5)).toBeNull()
    expect(new Histogram().meanMicroseconds()).toBeNull()
  })

  it('is as new when it was cleared', () => {
    const histogram = histogramOf([1, 2 ** 20, 2 ** 35])
    histogram.clear()
    expect(histogram).toEqual(new Histogram())
  })
})

describe('the text of a histogram', () => {
  it('is refused where it was cut or is of something else', () => {
    const text = encodeHistogram(histogramOf([5_000, 123_456]))
    expect(() => decodeHistogram(text.slice(0, 2))).toThrow(RangeError)
    expect(() => decodeHistogram('_____________w')).toThrow(RangeError)
  })

  it('takes a few hundred letters for a second of thousands of requests', () => {
    const values = Array.from({ length: 5_000 }, (_, index) => 2_000 + ((index * 7_919) % 30_000))
    expect(encodeHistogram(histogramOf(values)).length).toBeLessThan(1_000)
  })
})
