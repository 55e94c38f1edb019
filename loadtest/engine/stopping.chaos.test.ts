import { expect, it } from 'vitest'
import { decodeHistogram } from './histogram/histogram-text.ts'
import { closedProfile, openProfile } from './testing/profiles.ts'
import { startTruth } from './testing/truth.ts'
import { imbalance, runTruth, startTruthRun } from './testing/truth-run.ts'

const now = () => performance.timeOrigin + performance.now()

it.each(['open', 'closed'] as const)(
  'an interrupt stops the %s model within a second, in the middle of everything',
  async (model) => {
    const server = await startTruth()
    const facts = { durationSeconds: 60, thinkTimeSeconds: { min: 0.1, max: 0.3 } }
    const profile =
      model === 'open'
        ? openProfile({ ...facts, arrivalsPerSecond: 100 })
        : closedProfile({ ...facts, users: 100, startUsers: 100 })
    const interrupt = new AbortController()
    const run = await startTruthRun({
      target: server.origin,
      profile,
      signal: interrupt.signal,
      workers: 2,
      settings: { makes: true, paths: ['/ok', '/ok?ms=30', '/hang'] },
    })
    for await (const { generator } of run.seconds) if (generator.requestsInFlight > 20) break
    interrupt.abort()
    const interruptedAt = now()
    const result = await run.result
    expect(now() - interruptedAt).toBeLessThan(2_500)
    expect(result.partial).toBe(true)
    expect(result.totals.cancelled).toBeGreaterThan(20)
    expect(imbalance(result)).toBe(0)
    const truth = await server.read()
    const steps = truth.seen.filter(({ path }) => path.startsWith('/ok') || path.startsWith('/hang'))
    expect(Math.max(...steps.map(({ receivedAt }) => receivedAt)) - interruptedAt).toBeLessThan(1_000)
    // Whoever was cut off while coming knows of nothing to remove.
    const cutOff = result.series.find(({ kind }) => kind === 'start')?.outcomes.cancelled ?? ''
    expect(truth.things.length).toBeLessThanOrEqual(decodeHistogram(cutOff).count)
  },
)

it.each(['closed', 'open'] as const)(
  'in the %s model what a turn has made is gone when it is over, also where it was cut off',
  async (model) => {
    const server = await startTruth()
    const thinkTimeSeconds = { min: 0.02, max: 0.05 }
    const users = 20
    const profile =
      model === 'closed'
        ? closedProfile({ users, startUsers: users, durationSeconds: 60, thinkTimeSeconds })
        : openProfile({ arrivalsPerSecond: 50, durationSeconds: 60, thinkTimeSeconds })
    const interrupt = new AbortController()
    const settings = { makesEachTurn: true, paths: ['/ok?ms=5'] }
    const run = await startTruthRun({ target: server.origin, profile, signal: interrupt.signal, settings })
    for await (const { second } of run.seconds) if (second >= 2) interrupt.abort()
    const result = await run.result
    const { seen, things } = await server.read()
    expect(things).toEqual([])
    expect(result.totals.usersNotCleanedUp).toBe(0)
    const changes = seen.map(({ path }) => (path.startsWith('/make') ? 1 : path.startsWith('/remove') ? -1 : 0))
    expect(changes.filter((change) => change === 1).length).toBeGreaterThan(2 * users)
    let there = 0
    for (const change of changes) {
      there += change
      expect(there).toBeLessThanOrEqual(users)
    }
    const counted = result.series.filter(({ kind }) => kind === 'stop').map(({ endpoint }) => endpoint)
    expect(counted).toEqual(['stop'])
  },
)

it('a user that never finishes its clean-up is left behind when its time is over', async () => {
  const server = await startTruth()
  const profile = closedProfile({ users: 3, startUsers: 3, durationSeconds: 1, cleanUpSeconds: 0.5 })
  const result = await runTruth({ target: server.origin, profile, settings: { lingers: true } })
  expect(result.partial).toBe(false)
  expect(result.totals.usersNotCleanedUp).toBe(3)
  expect(result.notes).toContain('3 users did not remove what they had made')
})

it('a worker that dies makes the run invalid, and the others stop', async () => {
  const server = await startTruth()
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 50, durationSeconds: 60 })
  const began = now()
  const result = await runTruth({ target: server.origin, profile, workers: 2, settings: { dies: 51 } })
  expect(now() - began).toBeLessThan(10_000)
  expect(result.verdict).toEqual({ valid: false, reasons: ['worker 1 was lost: it went away before its end'] })
  expect(result.partial).toBe(true)
  expect(result.totals.ok).toBeGreaterThan(20)
  expect(imbalance(result)).toBe(0)
})

it('two workers send what one would', async () => {
  const server = await startTruth()
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 100, durationSeconds: 2 })
  const run = await startTruthRun({ target: server.origin, profile, workers: 2 })
  const seen: number[] = []
  for await (const { second, generator } of run.seconds) seen[second] = generator.started
  const result = await run.result
  expect(result.totals).toMatchObject({ started: 200, ok: 200 })
  expect(seen.reduce((sum, started) => sum + started, 0)).toBe(200)
  const { seen: received } = await server.read()
  expect(new Set(received.map(({ path }) => path)).size).toBe(200)
})
