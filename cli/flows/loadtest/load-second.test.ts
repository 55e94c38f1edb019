import { expect, test } from 'vitest'
import { histogramText, seriesSecond, snapshot } from '../../../loadtest/engine/testing/results.ts'
import { loadSecondLine, loadSecondTable } from '../../output/load-second-words.ts'
import { loadSecond } from './load-second.ts'

const coming = { kind: 'start', endpoint: 'start' } as const
const { generator } = snapshot({ generator: { activeUsers: 40, requestsInFlight: 3, lag: histogramText(60) } })
const second = loadSecond({
  second: 11,
  seconds: 1,
  series: [
    seriesSecond({ endpoint: 'search', latencies: { ok: [10, 10, 30], timed_out: [90], cancelled: [5] } }),
    seriesSecond({ endpoint: 'pay', latencies: { failed: [1] } }),
    seriesSecond({ ...coming, latencies: { ok: [1_000] } }),
  ],
  generator,
})

test('a second counts what ended of the customers’ steps, and neither who came nor what was cancelled', () => {
  expect(second).toMatchObject({ users: 40, requestsPerSecond: 5, errorShare: 0.4, dropped: 0 })
  expect(second.p50Milliseconds).toBeCloseTo(10, 0)
  expect(second.p99Milliseconds).toBeCloseTo(90, 0)
  expect(second.endpoints.map(({ endpoint, failed }) => [endpoint, failed])).toEqual([
    ['search', 1],
    ['pay', 1],
  ])
})

test('is one line without a terminal, and a row for each endpoint on one', () => {
  expect(loadSecondLine(second)).toBe(
    '12 s, 40 users, 5 requests/s, p50 10 ms, p95 90 ms, p99 90 ms, errors 40 %, the generator is 60 ms late',
  )
  expect(loadSecondTable(second).split('\n').slice(1)).toEqual([
    'SCENARIO  ENDPOINT  REQ/S    P50    P95  FAILED',
    'visitor   search        4  10 ms  90 ms       1',
    'visitor   pay           1      -      -       1',
  ])
})

test('a second in which nothing ended says so', () => {
  const empty = loadSecond({ second: 0, seconds: 1, series: [], generator })
  expect(loadSecondLine(empty)).toContain('0 requests/s, p50 -, p95 -, p99 -, errors -')
})
