import { expect, it } from 'vitest'
import { Histogram } from '../../engine/histogram/histogram.ts'
import { simulatedRun } from '../testing/simulated-run.ts'
import { smallRun } from '../testing/small-run.ts'
import { timelineOf } from '../timeline.ts'
import { stacksOf } from './error-plot.ts'
import { ninesOf, percentilePoints } from './percentile-plot.ts'
import { pointsOf } from './time-plot.ts'

it('a second in which nothing ended has no latency, and one that nobody told of is no column', () => {
  const columns = timelineOf(smallRun().result)
  expect(columns.map(({ second }) => second)).toEqual([0, 1, 2, 3, 4, 6, 7])
  expect(columns.find(({ second }) => second === 4)).toMatchObject({ latency: null, corrected: null, ok: 0 })
  expect(columns.find(({ second }) => second === 3)?.latency?.p50).toBeCloseTo(30, 0)
})

it('a column that is missing is a gap between its neighbours', () => {
  const points = pointsOf(timelineOf(smallRun().result), ({ second }) => ({ x: second, y: second }))
  expect(points.map(({ y }) => y)).toEqual([0, 1, 2, 3, 4, null, 6, 7])
})

it('columns of a long run are several seconds, and lose no request', () => {
  const { result } = simulatedRun({ seed: 1, seconds: 700, requestsPerSecond: 5 })
  const columns = timelineOf(result)
  expect(columns.length).toBeLessThanOrEqual(240)
  expect(columns.reduce((sum, { ok, seconds }) => sum + ok * seconds, 0)).toBeCloseTo(result.totals.ok, 6)
})

it('errors stand on each other by kind, and what ran out of time is one', () => {
  const column = timelineOf(smallRun().result).find(({ second }) => second === 6)
  expect(column?.errors).toEqual({ status: 1, check: 1, 'timed out': 1 })
  expect(stacksOf({ errors: { check: 1, status: 2 } }, ['status', 'timed out', 'check'])).toEqual([
    { kind: 'status', bottom: 0, top: 2 },
    { kind: 'check', bottom: 2, top: 3 },
  ])
})

it('percentiles rise, from the fastest to the slowest, as far as there are samples', () => {
  const histogram = new Histogram()
  for (let sample = 1; sample <= 1_000; sample++) histogram.record(sample * 1_000)
  const points = percentilePoints(histogram)
  expect(points.at(0)?.nines).toBe(0)
  expect(points.at(0)?.milliseconds).toBeCloseTo(1, 1)
  expect(points.at(-1)?.nines).toBeCloseTo(3)
  expect(points.at(-1)?.milliseconds).toBeCloseTo(1_000, -1)
  const latencies = points.map(({ milliseconds }) => milliseconds)
  expect(latencies).toEqual(latencies.toSorted((a, b) => a - b))
  expect(ninesOf(0.99)).toBeCloseTo(2)
  expect(percentilePoints(new Histogram())).toEqual([])
})
