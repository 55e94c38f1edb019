import fc from 'fast-check'
import { expect, it } from 'vitest'
import { relativeError } from './buckets.ts'
import { Histogram } from './histogram.ts'
import { correctedForOmission } from './omission.ts'

/** HdrHistogram's recordValueWithExpectedInterval, a sample at a time. */
const literally = (values: readonly number[], every: number): readonly number[] =>
  values.flatMap((value) => {
    const added = [value]
    for (let missing = value - every; missing >= every; missing -= every) added.push(missing)
    return added
  })

it('adds as many samples as a user would have sent, each where it would have been', () => {
  const values = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(values, fc.integer({ min: 200, max: 50_000 }), (sent, every) => {
      const histogram = new Histogram()
      for (const value of sent) histogram.record(value)
      const truth = literally(sent, every)
      const corrected = correctedForOmission(histogram, every)
      // Which sample of a bucket it was is not known: one step more or less for each, at most.
      const slack = (value: number) => value * relativeError * 2
      expect(Math.abs(corrected.count - truth.length)).toBeLessThanOrEqual(
        sent.reduce((sum, value) => sum + 1 + slack(value) / every, 0),
      )
      expect(corrected.maxMicroseconds).toBe(Math.max(...truth))
    }),
  )
})

it('lets a stall be seen that a closed loop hides', () => {
  const histogram = new Histogram()
  histogram.record(1_000, 10_000)
  histogram.record(10_000_000)
  expect(histogram.quantile(0.99)).toBeLessThan(1_010)
  const corrected = correctedForOmission(histogram, 1_000)
  expect(corrected.count).toBeGreaterThan(19_900)
  expect((corrected.quantile(0.99) ?? 0) / 9_800_000).toBeCloseTo(1, 1)
})

it('changes nothing where users come more seldom than they wait, or no interval is known', () => {
  const histogram = new Histogram()
  histogram.record(900_000, 5)
  expect(correctedForOmission(histogram, 2_000_000)).toEqual(histogram)
  expect(correctedForOmission(histogram, 0)).toEqual(histogram)
})

it('is quick where the interval is of microseconds and a sample of minutes', () => {
  const histogram = new Histogram()
  histogram.record(600_000_000, 100)
  expect(correctedForOmission(histogram, 20).count).toBeGreaterThan(2_900_000_000)
})
