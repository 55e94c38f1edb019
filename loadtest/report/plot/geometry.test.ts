import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linePath } from './line-path.ts'
import { latencyScale, linearScale, logScale } from './scale.ts'
import { timeAxis } from './time-axis.ts'

const positive = fc.double({ min: 1e-3, max: 1e7, noNaN: true })

describe('a scale', () => {
  it.each([
    ['linear', (_: number, most: number) => linearScale(most)],
    ['logarithmic', logScale],
  ])('that is %s never puts more below less, and all of its values and marks inside', (_, make) => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (one, other, third, fourth) => {
        const [least, most] = [Math.min(one, other), Math.max(one, other)]
        const scale = make(least, most)
        const [less, more] = [Math.min(third, fourth), Math.max(third, fourth)]
        expect(scale.at(less)).toBeLessThanOrEqual(scale.at(more))
        const places = scale.ticks.map(scale.at)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        expect(places.at(-1)).toBeCloseTo(1, 9)
        expect(scale.ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9))
        expect(scale.ticks.length).toBeLessThanOrEqual(13)
      }),
    )
  })

  it('is linear from zero where that shows everything, and logarithmic where it would not', () => {
    expect(latencyScale([10, 90])).toMatchObject({ isLog: false, ticks: [0, 20, 40, 60, 80, 100] })
    expect(latencyScale([10, 1_200])).toMatchObject({ isLog: true, ticks: [10, 100, 1_000, 10_000] })
    expect(latencyScale([])).toMatchObject({ isLog: false })
    expect(latencyScale([0, 0])).toMatchObject({ isLog: false })
  })

  it('marks the twos and fives of few decades', () => {
    expect(logScale(1, 60).ticks).toEqual([1, 2, 5, 10, 20, 50, 100])
  })
})

describe('a line', () => {
  const box = { width: 100, height: 10 }

  it('goes from the bottom left to the top right', () => {
    expect(
      linePath(
        [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        box,
      ),
    ).toBe('M0 10L100 0')
  })

  it('has a gap where nothing is known, never a zero and never a straight line across', () => {
    const points = [0.5, 0.5, null, 0.5, 0.5].map((y, index) => ({ x: index / 4, y }))
    expect(linePath(points, box)).toBe('M0 5L25 5M75 5L100 5')
  })

  it('is a dot where a point stands alone', () => {
    expect(
      linePath(
        [
          { x: 0, y: null },
          { x: 0.5, y: 0.5 },
          { x: 1, y: null },
        ],
        box,
      ),
    ).toBe('M50 5h0')
    expect(linePath([{ x: 0, y: null }], box)).toBe('')
  })
})

it('a time axis has at most eight marks, within the run, in a unit that suits it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4 * 86_400, noNaN: true }), (seconds) => {
      const { ticks, at } = timeAxis(seconds)
      expect(ticks.length).toBeLessThanOrEqual(8)
      for (const { second } of ticks) expect(at(second)).toBeLessThanOrEqual(1)
    }),
  )
  expect(timeAxis(60)).toMatchObject({ title: 'time since the start, s' })
  expect(timeAxis(1_800).ticks.map(({ label }) => label)).toEqual(['0', '5', '10', '15', '20', '25', '30'])
  expect(timeAxis(6 * 3_600)).toMatchObject({ title: 'time since the start, h' })
})
