import { expect, test } from 'vitest'
import { analysisPolicies } from '../../health/analysis/analysis-policy.ts'
import { isLatencyLook, judgeReadings } from './judge-readings.ts'
import type { Reading } from './reading.ts'

const policy = analysisPolicies.local ?? expect.fail('local has no policy')
const wish = { policy, inconclusive: 'pass' } as const

type Told = { readonly instance: string; readonly secondsEach: number; readonly answeredIn: number }

/** A reading a second, forty requests in between. */
const readings = (count: number, told: Readonly<Record<string, Told>>): readonly Reading[] =>
  Array.from({ length: count }, (_, index) => ({
    at: index * 1000,
    instances: Object.entries(told).map(([service, { instance, secondsEach }]) => {
      const requests = 40 * index
      const counts = { route: 'GET /x', status: 200, requests, seconds: requests * secondsEach, slow: null }
      return { service, instance, routes: [counts] }
    }),
    answered: Object.entries(told).map(([service, { answeredIn }]) => ({ service, milliseconds: answeredIn })),
    silent: [],
  }))

const before = readings(30, {
  catalog: { instance: 'catalog-old', secondsEach: 0.01, answeredIn: 4 },
  users: { instance: 'users-old', secondsEach: 0.01, answeredIn: 4 },
})
const since = (catalog: number, users: Partial<Told> & { readonly answeredIn: number }) =>
  readings(60, {
    catalog: { instance: 'catalog-new', secondsEach: catalog, answeredIn: users.answeredIn },
    users: { instance: 'users-old', secondsEach: 0.01, ...users },
  })
const judge = (later: readonly Reading[]) => judgeReadings({ before, since: later }, { wish, latency: 'judged' })

test('only what the release has changed is judged', () => {
  const { state, findings } = judge(since(0.01, { answeredIn: 4 }))
  expect(state).toBe('pass')
  expect(new Set(findings.map(({ service }) => service))).toEqual(new Set(['catalog']))
})

test('slower by 30 % fails, unless the very instances that nobody changed are slower, too', () => {
  expect(judge(since(0.013, { answeredIn: 4 })).state).toBe('fail')
  expect(judge(since(0.013, { answeredIn: 4, secondsEach: 0.013 })).state).toBe('pass')
})

test('or unless every instance takes so much longer to tell its metrics', () => {
  expect(judge(since(0.013, { answeredIn: 5.2 })).state).toBe('pass')
})

test('latency is judged four times in a window', () => {
  const seconds = Array.from({ length: 60 }, (_, index) => index)
  expect(seconds.filter((second) => isLatencyLook(second, second + 1, wish)).map((second) => second + 1)).toEqual([
    15, 30, 45, 60,
  ])
})
