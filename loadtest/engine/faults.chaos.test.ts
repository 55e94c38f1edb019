import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { figuresOf } from './result/run-result.ts'
import { openProfile } from './testing/profiles.ts'
import { startTruth } from './testing/truth.ts'
import { imbalance, runTruth } from './testing/truth-run.ts'

const profile = openProfile({
  arrivals: 'even',
  arrivalsPerSecond: 50,
  durationSeconds: 1,
  requestDeadlineSeconds: 0.4,
})

const faults = [
  { path: '/error', outcome: 'failed', reason: 'status 503' },
  { path: '/wrong', outcome: 'failed', reason: 'check price is missing' },
  { path: '/no-json', outcome: 'failed', reason: 'check threw SyntaxError' },
  { path: '/reset-head', outcome: 'failed', reason: 'reset ECONNRESET' },
  { path: '/reset-body', outcome: 'failed', reason: 'reset ECONNRESET' },
  { path: '/garbage', outcome: 'failed', reason: 'protocol HTTPParserError' },
  { path: '/hang', outcome: 'timed_out', reason: null },
  { path: '/slow-body', outcome: 'ok', reason: null },
] as const

it.each(faults)('what $path does is counted once: $outcome, $reason', async ({ path, outcome, reason }) => {
  const server = await startTruth()
  const result = await runTruth({ target: server.origin, profile, settings: { paths: [path] } })
  const all = figuresOf(result, { kind: 'all' })
  expect(all?.counts).toEqual({ ok: 0, failed: 0, timed_out: 0, cancelled: 0, [outcome]: 50 })
  expect(all?.reasons).toEqual(reason === null ? {} : { [reason]: 50 })
  expect(imbalance(result)).toBe(0)
  expect((await server.read()).seen).toHaveLength(50)
})

it('a slow body is read to its end, and counts as long as it took', async () => {
  const server = await startTruth()
  const result = await runTruth({ target: server.origin, profile, settings: { paths: ['/slow-body'] } })
  expect(figuresOf(result, { kind: 'all' })?.latency.min).toBeGreaterThan(95)
})

it('a server that closes a connection after some requests costs no request', async () => {
  const server = await startTruth({ requestsPerSocket: 3 })
  const result = await runTruth({ target: server.origin, profile, settings: { paths: ['/ok', '/ok'] } })
  expect(result.totals.ok).toBeGreaterThan(90)
  expect(result.totals.ok).toBe(result.totals.started)
})

it('where nobody listens, every request is refused', async () => {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' ? address?.port : 0
  listener.close()
  await once(listener, 'close')
  const result = await runTruth({ target: `http://127.0.0.1:${port}`, profile })
  expect(figuresOf(result, { kind: 'all' })?.reasons).toEqual({ 'refused ECONNREFUSED': 50 })
  expect(imbalance(result)).toBe(0)
})

it('a name that nobody knows is told from a server that is gone', async () => {
  const result = await runTruth({ target: 'http://shop.invalid', profile })
  const [reason] = Object.keys(figuresOf(result, { kind: 'all' })?.reasons ?? {})
  expect(reason).toMatch(/^dns /)
  expect(imbalance(result)).toBe(0)
})

it('a mistake in a scenario makes the run invalid, and does not count as a request', async () => {
  const server = await startTruth()
  const result = await runTruth({ target: server.origin, profile, settings: { throws: true } })
  expect(result.totals.started).toBe(0)
  expect(result.verdict).toEqual({
    valid: false,
    reasons: ['a scenario made a mistake 50 times: TypeError: a mistake', 'no request ended'],
  })
})
