import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Histogram } from '../../engine/histogram/histogram.ts'
import { evenQuantile, samplesBelow } from './histogram-share.ts'

const histograms = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 200 }).map((samples) => {
  const histogram = new Histogram()
  for (const sample of samples) histogram.record(sample)
  return histogram
})
const shares = fc.double({ min: 0.001, max: 1, noNaN: true })

it('a larger share never lies at less', () => {
  fc.assert(
    fc.property(histograms, shares, shares, (histogram, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      expect(evenQuantile(histogram, less)).toBeLessThanOrEqual(evenQuantile(histogram, more))
    }),
  )
})

it('as many samples lie below a quantile as its share says', () => {
  fc.assert(
    fc.property(histograms, shares, (histogram, share) => {
      const below = samplesBelow(histogram, evenQuantile(histogram, share))
      expect(below / histogram.count).toBeCloseTo(share, 6)
    }),
  )
})
