import { judge } from '../../engine/objectives/judgement.ts'
import type { Objective } from '../../engine/objectives/objective.ts'
import type { Snapshot } from '../../engine/record/snapshot.ts'
import { closedProfile, openProfile } from '../../engine/testing/profiles.ts'
import { histogramText, resultOf, seriesSecond, snapshot } from '../../engine/testing/results.ts'
import type { KeptRun } from '../kept-run.ts'

const all = { kind: 'all' } as const

const objectives: readonly Objective[] = [
  { scope: all, measure: 'errorShare', target: 0.01 },
  { scope: all, measure: 'requestsPerSecond', target: 5 },
  { scope: { kind: 'endpoint', endpoint: 'GET /products' }, measure: 'p50Milliseconds', target: 50 },
  { scope: all, measure: 'p99Milliseconds', target: 500 },
]

const scenarios = [
  { name: 'visitor', weight: 80, steps: ['GET /products', 'GET /products/:id'] },
  { name: 'buyer', weight: 20, steps: ['POST /orders'] },
]

/** In second 4 all stood still; of second 5 nobody told anything. */
const snapshots = (arrivals: { readonly arrived: number; readonly dropped: number }): readonly Snapshot[] =>
  [0, 1, 2, 3, 4, 6, 7].map((second) => {
    const latencies = second === 4 ? [] : [20 + second, 22, 30, 45, 80 + 10 * second]
    const visitor = { scenario: 'visitor', endpoint: 'GET /products' }
    const series = [
      seriesSecond({ ...visitor, latencies: { ok: latencies }, waited: second === 4 }),
      seriesSecond({ ...visitor, endpoint: 'GET /products/:id', latencies: { ok: latencies.map((one) => one / 2) } }),
      seriesSecond({
        scenario: 'buyer',
        endpoint: 'POST /orders',
        latencies: second === 6 ? { failed: [3, 4], timed_out: [900], cancelled: [10] } : { ok: latencies.slice(2) },
        reasons: second === 6 ? { 'status 503': 1, 'check "price" <is> missing': 1 } : {},
      }),
    ]
    const lag = histogramText(0.1, second === 7 ? 12 : 0.2)
    const generator = {
      activeUsers: Math.min(4, second + 1),
      requestsInFlight: second === 4 ? 4 : 1,
      started: series.length * latencies.length,
      lag,
      eventLoopDelay: lag,
      ...arrivals,
    }
    return snapshot({ second, series, generator })
  })

const startedAt = new Date('2026-11-23T22:00:00Z')
const endedAt = new Date('2026-11-23T22:00:09Z')

const kept = (result: KeptRun['result']): KeptRun => ({
  version: 1,
  environment: 'staging',
  release: { number: 42, commit: '3f85eb3' },
  result,
  judgements: [...judge(objectives, result)],
})

type Facts = Parameters<typeof resultOf>[2]

export const smallRun = (facts: Facts = {}): KeptRun => {
  const profile = closedProfile({ name: 'tiny', users: 4, spawnRatePerSecond: 1, durationSeconds: 8 })
  return kept(resultOf(profile, snapshots({ arrived: 0, dropped: 0 }), { scenarios, startedAt, endedAt, ...facts }))
}

export const smallOpenRun = (): KeptRun => {
  const profile = openProfile({ name: 'tiny', arrivalsPerSecond: 4, durationSeconds: 8, mostUsersInFlight: 3 })
  return kept(resultOf(profile, snapshots({ arrived: 3, dropped: 1 }), { scenarios, startedAt, endedAt }))
}
