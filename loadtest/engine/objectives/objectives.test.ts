import { describe, expect, it } from 'vitest'
import { closedProfile, openProfile } from '../testing/profiles.ts'
import { histogramText, resultOf, seriesSecond, snapshot } from '../testing/results.ts'
import { judge } from './judgement.ts'
import { type Objective, objectiveText } from './objective.ts'
import { reachOf } from './reach.ts'

const all = { kind: 'all' } as const
const profile = openProfile({ arrivalsPerSecond: 1_000, durationSeconds: 3 })
const slow = Array.from({ length: 1_000 }, (_, index) => (index < 940 ? 10 : 800))

/** Second 0 is good, second 1 has only failures, in second 2 nothing comes back. */
const seconds = [
  snapshot({
    second: 0,
    series: [
      seriesSecond({ latencies: { ok: slow } }),
      seriesSecond({ endpoint: 'pay', scenario: 'buyer', latencies: { ok: [20, 30] } }),
      seriesSecond({ endpoint: 'start', kind: 'start', latencies: { failed: slow }, reasons: { 'status 500': 1_000 } }),
    ],
  }),
  snapshot({
    second: 1,
    series: [seriesSecond({ latencies: { failed: [1, 1], timed_out: [900] }, reasons: { 'status 503': 2 } })],
  }),
  snapshot({ second: 2, series: [seriesSecond({ waited: true, latencies: { cancelled: [5] } })] }),
]

const verdictOf = (objective: Objective, result = resultOf(profile, seconds)) => {
  const [judgement] = judge([objective], result)
  return `${judgement?.verdict}: ${judgement?.because}`
}

describe('an objective', () => {
  it('is met or missed by the figure of its scope, strictly', () => {
    expect(verdictOf({ scope: all, measure: 'p50Milliseconds', target: 11 })).toBe('met: it is 10.05 ms')
    expect(verdictOf({ scope: all, measure: 'p95Milliseconds', target: 500 })).toMatch(/^missed: it is 798.7 ms/)
    expect(verdictOf({ scope: all, measure: 'errorShare', target: 3 / 1_005 })).toBe('missed: it is 0.2985 %')
    expect(verdictOf({ scope: all, measure: 'errorShare', target: 0.01 })).toBe('met: it is 0.2985 %')
    expect(verdictOf({ scope: all, measure: 'requestsPerSecond', target: 334 })).toBe('missed: it is 334 requests/s')
  })

  it('NOTE-25: availability is the share of seconds with a success, of those in which something was asked', () => {
    const third = { measure: 'availability', target: 0.3 } as const
    expect(verdictOf({ scope: all, ...third })).toBe('met: it is 33.33 %')
    // Nothing was asked of paying in the other two.
    expect(verdictOf({ scope: { kind: 'endpoint', endpoint: 'pay' }, ...third })).toBe('met: it is 100 %')
    expect(verdictOf({ scope: { kind: 'scenario', scenario: 'visitor' }, ...third })).toBe('met: it is 33.33 %')
  })

  it('is unknown where there are too few samples, or none', () => {
    const p99 = { measure: 'p99Milliseconds', target: 500 } as const
    expect(verdictOf({ scope: { kind: 'endpoint', endpoint: 'pay' }, ...p99 })).toMatch(
      /^unknown: it is .* ms of 2 requests, and 500 are needed/,
    )
    expect(verdictOf({ scope: { kind: 'endpoint', endpoint: 'refund' }, ...p99 })).toBe(
      'unknown: nothing of it was sent',
    )
  })

  it('is unknown where the generator was late', () => {
    const late = snapshot({ second: 0, series: seconds[0]?.series ?? [], generator: { lag: histogramText(1, 150) } })
    expect(verdictOf({ scope: all, measure: 'p50Milliseconds', target: 11 }, resultOf(profile, [late]))).toMatch(
      /^unknown: the run is invalid: the generator itself was late/,
    )
  })

  it('of latency cannot be met where arrivals were dropped, but missed it can be', () => {
    const dropping = snapshot({
      second: 0,
      series: seconds[0]?.series ?? [],
      generator: { arrived: 1_000, dropped: 500 },
    })
    const result = resultOf(profile, [dropping])
    expect(verdictOf({ scope: all, measure: 'p50Milliseconds', target: 11 }, result)).toBe(
      'unknown: it is 10.05 ms, but 33.33 % of all arrivals were dropped',
    )
    expect(verdictOf({ scope: all, measure: 'p95Milliseconds', target: 11 }, result)).toMatch(/^missed/)
  })

  it('of a rate is judged where the profile had all of its load, and unknown where it never had', () => {
    const ramp = closedProfile({ users: 10, spawnRatePerSecond: 5, durationSeconds: 4 })
    const perSecond = (second: number, count: number) =>
      snapshot({ second, series: [seriesSecond({ latencies: { ok: Array.from({ length: count }, () => 1) } })] })
    const result = resultOf(ramp, [perSecond(0, 1), perSecond(1, 5), perSecond(2, 10), perSecond(3, 20)])
    expect(verdictOf({ scope: all, measure: 'requestsPerSecond', target: 14 }, result)).toBe('met: it is 15 requests/s')
    const short = resultOf(closedProfile({ users: 10, spawnRatePerSecond: 1, durationSeconds: 4 }), [perSecond(0, 9)])
    expect(verdictOf({ scope: all, measure: 'requestsPerSecond', target: 1 }, short)).toBe(
      'unknown: the run never had all of its load for a whole second',
    )
  })

  it('of a rate is judged by the seconds that were, where the run was stopped', () => {
    const steady = closedProfile({ users: 1, startUsers: 1, durationSeconds: 100 })
    const seen = [0, 1].map((second) =>
      snapshot({ second, series: [seriesSecond({ latencies: { ok: [1, 1, 1, 1] } })] }),
    )
    const stopped = resultOf(steady, seen, { partial: true })
    expect(verdictOf({ scope: all, measure: 'requestsPerSecond', target: 3 }, stopped)).toBe('met: it is 4 requests/s')
  })
})

describe('reach', () => {
  const thousand: Objective = { scope: all, measure: 'requestsPerSecond', target: 1_000 }
  const assumption = { responseSeconds: 0.1, requestsPerUser: 4.5 }

  it('NOTE-23: says that a thousand thinking users cannot send a thousand requests a second, and who could', () => {
    const [reach] = reachOf([thousand], { profile: closedProfile({ users: 1_000 }), ...assumption })
    expect(reach?.wouldDo).toEqual({ users: 2_101 })
    expect(reach?.sentence).toBe(
      'throughput of all requests > 1000 requests/s is out of reach: at most 476 a second (1000 users ÷ (2 s think time + 0.1 s response)); 2101 users would do',
    )
    expect(reachOf([thousand], { profile: closedProfile({ users: 2_101 }), ...assumption })[0]?.isWithin).toBe(true)
  })

  it('says which rate of arrivals would do', () => {
    const [reach] = reachOf([thousand], { profile: openProfile({ arrivalsPerSecond: 222 }), ...assumption })
    expect(reach?.wouldDo).toEqual({ arrivalsPerSecond: 223 })
  })

  it('leaves other objectives alone', () => {
    expect(reachOf([{ ...thousand, measure: 'errorShare' }], { profile: openProfile({}), ...assumption })).toEqual([])
  })
})

it('an objective reads as a sentence', () => {
  const scope = { kind: 'endpoint', endpoint: 'search' } as const
  expect(objectiveText({ scope, measure: 'p95Milliseconds', target: 500 })).toBe('p95 of endpoint search < 500 ms')
  expect(objectiveText({ scope: all, measure: 'availability', target: 0.999 })).toBe(
    'availability of all requests > 99.9 %',
  )
})
