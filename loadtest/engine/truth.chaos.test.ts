import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { figuresOf, type RunResult } from './result/run-result.ts'
import { arrivalsOf } from './schedule/arrivals.ts'
import { closedProfile, openProfile } from './testing/profiles.ts'
import { startTruth, type Truth } from './testing/truth.ts'
import { imbalance, runTruth, startTruthRun } from './testing/truth-run.ts'

const openModel = (perSecond: number, durationSeconds: number) =>
  openProfile({ arrivals: 'even', arrivalsPerSecond: perSecond, durationSeconds, mostUsersInFlight: 5_000 })

/** Milliseconds from when each user was to arrive until the server, by its own record, had answered it. */
const trueLatencies = ({ profile, startedAt }: RunResult, truth: Truth): readonly number[] => {
  if (profile.model !== 'open') throw new TypeError('users of a closed model have no time to arrive at')
  const began = new Date(startedAt).getTime()
  const answered = new Map(truth.seen.map(({ path, answeredAt }) => [path.split('n=')[1], answeredAt]))
  const latencies = [...arrivalsOf(profile, { worker: 0, workers: 1 })].map(({ atSeconds, user }) => {
    return (answered.get(String(user)) ?? Number.NaN) - (began + atSeconds * 1_000)
  })
  return latencies.toSorted((a, b) => a - b)
}

/** What the engine says of each quantile, as a multiple of what is true. */
const ratiosToTruth = (result: RunResult, truth: Truth): Readonly<Record<string, number>> => {
  const latencies = trueLatencies(result, truth)
  const latency = figuresOf(result, { kind: 'all' })?.latency
  expect(latency?.count).toBe(latencies.length)
  const ratio = (said: number | null | undefined, share: number) =>
    (said ?? Number.NaN) / (latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN)
  return {
    p50: ratio(latency?.p50, 0.5),
    p90: ratio(latency?.p90, 0.9),
    p95: ratio(latency?.p95, 0.95),
    p99: ratio(latency?.p99, 0.99),
  }
}

const expectTruth = (result: RunResult, truth: Truth) => {
  for (const [quantile, ratio] of Object.entries(ratiosToTruth(result, truth))) {
    expect(ratio, quantile).toBeGreaterThan(0.95)
    expect(ratio, quantile).toBeLessThan(1.05)
  }
}

// Again where other work on the machine kept the answers from being read when they came.
it('the open model sees a stall of a second as the server itself knows it', { retry: 2 }, async () => {
  const server = await startTruth()
  const run = await startTruthRun({
    target: server.origin,
    profile: openModel(150, 5),
    settings: { paths: ['/ok?ms=150'] },
  })
  await pause(2_000)
  await server.stall(1_000)
  const result = await run.result
  expectTruth(result, await server.read())
  // A fifth of all came while it stood still.
  expect(figuresOf(result, { kind: 'all' })?.latency.p90).toBeGreaterThan(500)
  expect(imbalance(result)).toBe(0)
})

it('the open model sees the queue of a server that gets more than it can serve', { retry: 2 }, async () => {
  const server = await startTruth({ atOnce: 5 })
  const result = await runTruth({
    target: server.origin,
    // 100 a second is what it can serve.
    profile: openModel(150, 4),
    settings: { paths: ['/ok?ms=50'] },
  })
  expectTruth(result, await server.read())
  expect(figuresOf(result, { kind: 'all' })?.latency.max).toBeGreaterThan(1_500)
})

it('what the generator itself begins late counts from when it was due, and the run is invalid', {
  retry: 2,
}, async () => {
  const server = await startTruth()
  const result = await runTruth({
    target: server.origin,
    profile: openModel(100, 3),
    settings: { paths: ['/ok?ms=150'], blocks: 100 },
  })
  // Answers were read late as well, which is why such a run is invalid: but nothing is called faster than it was.
  for (const [quantile, ratio] of Object.entries(ratiosToTruth(result, await server.read()))) {
    expect(ratio, quantile).toBeGreaterThan(0.95)
  }
  expect(result.verdict.valid).toBe(false)
  expect(result.verdict.reasons[0]).toMatch(/^the generator itself was late: it began actions up to \d+ ms late at p99/)
})

it('the closed model hides a stall, and shows beside it what it would have hidden', async () => {
  const server = await startTruth()
  const profile = closedProfile({
    users: 5,
    startUsers: 5,
    thinkTimeSeconds: { min: 0, max: 0 },
    durationSeconds: 4,
  })
  const run = await startTruthRun({ target: server.origin, profile, settings: { paths: ['/ok?ms=5'] } })
  await pause(1_500)
  await server.stall(1_000)
  const result = await run.result
  const all = figuresOf(result, { kind: 'all' })
  expect(all?.latency.p95).toBeLessThan(100)
  expect(all?.corrected?.p95).toBeGreaterThan(500)
  expect(all?.corrected?.max).toBe(all?.latency.max)
  expect(result.expectedIntervalSeconds).toBeLessThan(0.05)
})

it('arrivals that find too many users in flight are dropped, and the run says so', async () => {
  const server = await startTruth({ atOnce: 2 })
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 100, durationSeconds: 2, mostUsersInFlight: 10 })
  const result = await runTruth({ target: server.origin, profile, settings: { paths: ['/ok?ms=100'] } })
  expect(result.totals.dropped).toBeGreaterThan(100)
  expect(result.totals.dropped + result.totals.started).toBe(200)
  expect(result.notes).toContain(
    `${result.totals.dropped} arrivals were dropped: as many users as may be were in flight already`,
  )
})
