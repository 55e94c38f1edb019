import { describe, expect, test } from 'vitest'
import { parseExposition } from '../metrics/parse-exposition.ts'
import { bucketQuantile } from './bucket-quantile.ts'
import { liveRates, type Reading } from './live-rates.ts'
import { liveRows } from './live-rows.ts'
import { type Counters, readCounters } from './read-counters.ts'

const counted = (requests: number, errors = 0): Counters => ({
  requests,
  errors,
  buckets: new Map([
    [0.1, requests / 2],
    [Number.POSITIVE_INFINITY, requests],
  ]),
})

const reading = (second: number, instances: Readonly<Record<string, Counters | null>>): Reading => ({
  atMilliseconds: second * 1000,
  instances: new Map(Object.entries(instances).map(([name, counters]) => [name, { service: 'users', counters }])),
})

const rateOf = (readings: readonly Reading[], name: string) =>
  liveRates(readings).find((instance) => instance.name === name)?.rates?.requests

describe('rates from counters', () => {
  test('are what came between the first reading and the last', () => {
    const readings = [reading(0, { a: counted(100) }), reading(2, { a: counted(120) }), reading(4, { a: counted(180) })]
    expect(rateOf(readings, 'a')).toBe(20)
  })

  test('go on over a process that began anew, and are never negative', () => {
    const readings = [
      reading(0, { a: counted(1000) }),
      reading(2, { a: counted(1010) }),
      reading(4, { a: counted(30) }),
    ]
    expect(rateOf(readings, 'a')).toBe(10)
  })

  test('an instance that has just come has none yet, one that is gone is no row', () => {
    const readings = [reading(0, { old: counted(5) }), reading(2, { fresh: counted(7) })]
    expect(liveRates(readings)).toEqual([{ name: 'fresh', service: 'users', answers: 'yes', rates: null }])
  })

  test('one that does not answer now is silent, although it did before', () => {
    const readings = [reading(0, { a: counted(5) }), reading(2, { a: counted(9) }), reading(4, { a: null })]
    expect(liveRates(readings)).toMatchObject([{ answers: 'no', rates: null }])
  })

  test('one that was silent in between is measured over the time that passed', () => {
    const readings = [reading(0, { a: counted(0) }), reading(2, { a: null }), reading(4, { a: counted(40) })]
    expect(rateOf(readings, 'a')).toBe(10)
  })
})

test("probes and unknown paths are nobody's requests", () => {
  const text = [
    'http_request_duration_seconds_count{method="GET",route="/health",status_code="200"} 50',
    'http_request_duration_seconds_count{method="GET",route="unmatched",status_code="404"} 9',
    'http_request_duration_seconds_count{method="GET",route="/api/v1/products",status_code="200"} 5',
    'http_request_duration_seconds_count{method="GET",route="/api/v1/products",status_code="503"} 2',
    'http_request_duration_seconds_bucket{method="GET",route="/api/v1/products",status_code="200",le="0.1"} 4',
    'http_request_duration_seconds_bucket{method="GET",route="/api/v1/products",status_code="200",le="+Inf"} 5',
  ].join('\n')
  const { requests, errors, buckets } = readCounters(parseExposition(text))
  expect([requests, errors]).toEqual([7, 2])
  expect([...buckets]).toEqual([
    [0.1, 4],
    [Number.POSITIVE_INFINITY, 5],
  ])
})

test.each([
  [
    0.5,
    [
      [0.1, 50],
      [0.5, 90],
      [Infinity, 100],
    ],
    0.1,
  ],
  [
    0.7,
    [
      [0.1, 50],
      [0.5, 90],
      [Infinity, 100],
    ],
    0.3,
  ],
  [
    0.95,
    [
      [0.1, 50],
      [0.5, 90],
      [Infinity, 100],
    ],
    0.5,
  ],
  [
    0.5,
    [
      [0.1, 0],
      [Infinity, 0],
    ],
    null,
  ],
  [0.5, [], null],
] as const)('the quantile %s of %j is %s s', (share, buckets, seconds) => {
  const found = bucketQuantile(share, new Map(buckets.map(([edge, count]) => [edge, count])))
  if (seconds === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(seconds, 9)
})

describe('rows', () => {
  const instance = (name: string, side: 'serving' | 'next', rates: Counters | null) => ({
    name,
    service: 'users',
    side,
    answers: rates === null ? ('no' as const) : ('yes' as const),
    rates,
  })

  test('old and new release are apart while both run', () => {
    const rows = liveRows(['users'], [instance('a', 'serving', counted(10)), instance('b', 'next', counted(4, 1))])
    expect(rows).toMatchObject([
      { side: 'serving', requestsPerSecond: 10, errorRatio: 0 },
      { side: 'next', requestsPerSecond: 4, errorRatio: 0.25 },
    ])
  })

  test('a service without an instance is a row that knows nothing, not one without errors', () => {
    expect(liveRows(['users'], [])).toEqual([
      {
        service: 'users',
        side: 'serving',
        instances: 0,
        silent: 0,
        requestsPerSecond: null,
        errorRatio: null,
        p50Milliseconds: null,
        p95Milliseconds: null,
      },
    ])
  })

  test('one silent instance of two is told, and the other one counts', () => {
    const rows = liveRows(['users'], [instance('a', 'serving', counted(10)), instance('b', 'serving', null)])
    expect(rows).toMatchObject([{ instances: 2, silent: 1, requestsPerSecond: 10 }])
  })
})
