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
const judge = (later: readonly Reading[], changed: readonly string[] = ['catalog']) =>
  judgeReadings({ before, since: later }, { wish, changed, latency: 'judged' })

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

test('a service that was changed and told nothing leaves the verdict open, with the reason', () => {
  const words = 'catalog (catalog-new): GET /metrics answered 500'
  const later = readings(60, { users: { instance: 'users-new', secondsEach: 0.01, answeredIn: 4 } }).map((reading) => ({
    ...reading,
    silent: [{ service: 'catalog', words }],
  }))
  const { state, findings } = judge(later, ['catalog', 'users'])
  expect(state).toBe('inconclusive')
  expect(findings).toContainEqual(
    expect.objectContaining({ service: 'catalog', words: `its metrics are not known: ${words}` }),
  )
})

test('a new instance of a service that the release has not changed cannot take it back', () => {
  const moved = since(0.01, { answeredIn: 4, instance: 'users-moved', secondsEach: 0.02 })
  expect(judge(moved).state).toBe('pass')
  expect(judge(moved, ['catalog', 'users']).state).toBe('fail')
})

test('nor does it say what became of the machine', () => {
  const moved = since(0.013, { answeredIn: 4, instance: 'users-moved', secondsEach: 0.02 })
  expect(judge(moved).state).toBe('fail')
})

test('a rollout in which the one before had no instance any more does not make a crowd of what comes after', () => {
  const gone = Array.from({ length: 60 }, (_, index) => ({
    at: (30 + index) * 1000,
    instances: [],
    answered: [],
    silent: [],
  }))
  const withRollout = { before: [...before, ...gone], since: since(0.02, { answeredIn: 4 }) }
  const { state, findings } = judgeReadings(withRollout, { wish, changed: ['catalog'], latency: 'judged' })
  expect(findings.map(({ words }) => words)).not.toContainEqual(expect.stringContaining('times as many of them came'))
  expect(state).toBe('fail')
})

/** Requests whose share `slow` takes longer than the objective for so many seconds, and none after. */
const warming = (count: number, { slow, until }: { slow: number; until: number }): readonly Reading[] =>
  Array.from({ length: count }, (_, index) => {
    const requests = 40 * index
    const counts = { route: 'GET /x', status: 200, requests, seconds: requests * 0.01 }
    const routes = [{ ...counts, slow: Math.round(40 * slow) * Math.min(index, until) }]
    return { at: index * 1000, instances: [{ service: 'catalog', instance: 'one', routes }], answered: [], silent: [] }
  })

test('answers that are slow until a release is warm do not take it back, at no look', () => {
  const patient = { policy: { ...policy, warmUpSeconds: 20 }, inconclusive: 'pass' } as const
  const run = { before: warming(30, { slow: 0, until: 0 }), since: warming(60, { slow: 0.15, until: 20 }) }
  const states = Array.from({ length: 60 }, (_, look) => {
    const seen = { before: run.before, since: run.since.slice(0, look + 1) }
    return judgeReadings(seen, { wish: patient, changed: ['catalog'], latency: 'not-yet' }).state
  })
  expect(states).not.toContain('fail')
  const lasting = { before: run.before, since: warming(60, { slow: 0.15, until: 60 }) }
  expect(judgeReadings(lasting, { wish: patient, changed: ['catalog'], latency: 'not-yet' }).state).toBe('fail')
})

test('latency is judged four times in a window', () => {
  const seconds = Array.from({ length: 60 }, (_, index) => index)
  expect(seconds.filter((second) => isLatencyLook(second, second + 1, wish)).map((second) => second + 1)).toEqual([
    15, 30, 45, 60,
  ])
})
