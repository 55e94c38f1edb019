import { expect, test } from 'vitest'
import { costWords } from './evidence-words.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { aReport, failedRun, vitestJson } from './testing/reports.ts'

const build = { name: 'shop/main #42', url: 'https://jenkins.example/42/', trigger: 'branch main', who: 'kim' }
const nothing = { build, commit: null, changes: null, reports: [], tests: [], outcome: null }

test('the last failure is the sentence, with its why and fix and what was typed', () => {
  const evidence = gatherEvidence({ ...nothing, reports: failedRun })
  expect(evidence).toMatchObject({
    outcome: 'failed',
    sentence: 'orders did not become healthy in prod; users stay on release 4.',
    failure: { code: 'ROLLOUT_UNHEALTHY', typed: 'release promote --from staging --to prod --yes' },
    milliseconds: 75_000,
    warnings: ['users <asks> for more memory'],
  })
})

test('each release has its place, how it was closed, what changed and how its steps stand in time', () => {
  const [staging, prod] = gatherEvidence({ ...nothing, reports: failedRun }).rollouts
  expect(staging).toMatchObject({ environment: 'staging', release: 12, previous: 11, state: 'succeeded' })
  expect(staging?.changes).toHaveLength(1)
  expect(staging?.steps).toMatchObject([
    { title: 'Build', atMilliseconds: 1_000, milliseconds: 2_000 },
    { title: 'Watch until healthy', atMilliseconds: 4_000, milliseconds: 14_000 },
  ])
  expect(prod).toMatchObject({ environment: 'prod', state: 'rolled-back', changes: [] })
})

test('a step that never ended runs to the end of its command', () => {
  const [, prod] = gatherEvidence({ ...nothing, reports: failedRun }).rollouts
  expect(prod?.steps.at(-1)).toEqual({
    title: 'Return users to release 4',
    outcome: 'running',
    atMilliseconds: 10_000,
    milliseconds: 5_000,
    detail: null,
  })
})

test('a command that was typed again counts by its last time, and the pages about it do not count', () => {
  const refused = { code: 'LOCK_HELD', what: 'Somebody is at it.', why: [], fix: [] }
  const reports = [
    aReport({ typed: 'deploy --env staging', from: 20 }),
    aReport({ typed: 'deploy --env staging', exitCode: 3, error: refused }),
    aReport({ typed: 'notify', from: 30, exitCode: 3, error: refused }),
  ]
  expect(gatherEvidence({ ...nothing, reports })).toMatchObject({ outcome: 'passed', failure: null })
})

test.each([
  [0, 'passed'],
  [2, 'passed'],
  [1, 'failed'],
  [5, 'failed'],
  [6, 'unknown'],
  [130, 'aborted'],
])('exit code %i is %s', (exitCode, outcome) => {
  expect(gatherEvidence({ ...nothing, reports: [aReport({ typed: 'plan', exitCode })] }).outcome).toBe(outcome)
})

test('a failed test fails the run, though no command did; what Jenkins says of the whole wins', () => {
  const reports = [aReport({ typed: 'compile' })]
  const tests = [{ name: 'unit', json: vitestJson(['passed', 'failed', 'pending']) }]
  const evidence = gatherEvidence({ ...nothing, reports, tests })
  expect(evidence).toMatchObject({ outcome: 'failed', sentence: '1 test failed.' })
  expect(evidence.tests).toEqual([
    { name: 'unit', passed: 1, failed: 1, skipped: 1, milliseconds: 45_000, failures: ['rule 2 holds'] },
  ])
  expect(gatherEvidence({ ...nothing, reports, outcome: 'aborted' })).toMatchObject({
    outcome: 'aborted',
    sentence: 'It was stopped before its end.',
  })
})

test('a folder without a verdict proves nothing', () => {
  expect(gatherEvidence({ ...nothing, tests: [{ name: 'other', json: { unlike: 'vitest' } }] })).toMatchObject({
    outcome: 'unknown',
    tests: [],
  })
})

test('a scan by itself and the verdicts bound to images are told, the last of each', () => {
  const counts = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 }
  const own = { subject: 'secrets', digest: null, verdict: 'passed', counts, waived: [] }
  const reports = [aReport({ typed: 'scan secrets', result: { scans: [{ document: own }] } }), ...failedRun]
  const scans = gatherEvidence({ ...nothing, reports }).scans
  expect(scans.map(({ subject, waived }) => [subject, waived])).toEqual([
    ['secrets', 0],
    ['users', 1],
  ])
})

test('smoke checks and journeys are told as tests, each failure with its step', () => {
  const failure = { what: 'POST /api/v1/orders answered 503', requestId: 'r1', fix: [] }
  const result = {
    checks: [{ name: 'users is ready', result: 'passed', failure: null }],
    journeys: [
      { name: 'a purchase', result: 'failed', steps: [{ name: 'order', result: 'failed', failure }] },
      { name: 'a review', result: 'skipped', steps: [] },
    ],
  }
  const smoke = aReport({ typed: 'smoke --env staging --journeys', command: 'smoke', exitCode: 5, result })
  expect(gatherEvidence({ ...nothing, reports: [smoke] })).toMatchObject({
    outcome: 'failed',
    sentence: 'smoke --env staging --journeys ended with exit code 5.',
    tests: [{ passed: 1, failed: 1, skipped: 1, failures: ['a purchase: order: POST /api/v1/orders answered 503'] }],
  })
})

test('a load run is told by the figures of the whole and by each objective', () => {
  const summary = { count: 1200, min: 1, mean: 3, p50: 2, p90: 4, p95: 5, p99: 9, p999: 10, max: 12, overflow: 0 }
  const figures = {
    scope: { kind: 'all' },
    counts: { ok: 1199, failed: 1, timed_out: 0, cancelled: 0 },
    latency: summary,
    corrected: null,
    errorShare: 1 / 1200,
    requestsPerSecond: 120,
    availability: 1,
    reasons: {},
  }
  const objective = { scope: { kind: 'all' }, measure: 'p95Milliseconds', target: 500 }
  const judgements = [{ objective, verdict: 'met', value: 5, because: 'it is 5 ms' }]
  const result = { environment: 'staging', profile: { name: 'smoke' }, verdict: 'met', figures: [figures], judgements }
  const report = aReport({ typed: 'loadtest run --env staging', command: 'loadtest run', result })
  expect(gatherEvidence({ ...nothing, reports: [report] }).loads).toEqual([
    {
      environment: 'staging',
      profile: 'smoke',
      verdict: 'met',
      figures: '1200 requests, 120 requests/s, p95 5 ms, errors 0.08333 %',
      objectives: [{ text: 'p95 of all requests < 500 ms', verdict: 'met', because: 'it is 5 ms' }],
    },
  ])
})

test('a test file that cannot be loaded has failed, though none of its tests has', () => {
  const json = { startTime: 0, testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] }
  const evidence = gatherEvidence({ ...nothing, tests: [{ name: 'unit', json }] })
  expect(evidence).toMatchObject({ outcome: 'failed', tests: [{ failed: 1, failures: ['a.test.ts'] }] })
})

test('verdicts on the images of an environment are told too', () => {
  const counts = { CRITICAL: 1, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 }
  const images = [{ service: 'orders', digest: 'sha256:1', verdict: 'blocked', counts, waived: [] }]
  const report = aReport({ typed: 'scan image --built staging', result: { environment: 'staging', images } })
  expect(gatherEvidence({ ...nothing, reports: [report] }).scans).toMatchObject([
    { subject: 'orders', verdict: 'blocked' },
  ])
})

test('where a check failed after a rollout, what users are on comes first', () => {
  const opened = (environment: string, release: number) => [
    { after: 0, type: 'flow.started' as const, flow: 'x', environment, steps: [] },
    { after: 0, type: 'release.opened' as const, release, previous: 4 },
    { after: 1, type: 'release.closed' as const, release, state: 'succeeded' },
  ]
  const reports = [
    aReport({ typed: 'release promote', events: opened('prod', 5) }),
    aReport({ typed: 'smoke --env prod', from: 2, exitCode: 5 }),
    aReport({ typed: 'rollback --env prod', from: 4, events: opened('prod', 6) }),
  ]
  expect(gatherEvidence({ ...nothing, reports }).sentence).toBe(
    'Release 6 serves in prod. smoke --env prod ended with exit code 5.',
  )
})

const estimate = (against: 'account' | 'nothing') => ({
  environment: 'staging',
  against,
  estimate: { delta: 12, budget: 1500, verdict: 'within', monthly: { total: { expected: 1400 } } },
})
const cost = 'cost --env staging --offline'
const offTheNet = { code: 'TERRAFORM_PROVIDER_MISSING', what: 'There is no provider.', why: [], fix: [] }

test('what a month costs is told; what changes of it only where the account was asked', () => {
  const reports = (['account', 'nothing'] as const).map((against) =>
    aReport({ typed: cost, result: estimate(against) }),
  )
  const { costs } = gatherEvidence({ ...nothing, reports })
  expect(costs).toMatchObject([
    { monthlyUsd: 1400, changeUsd: 12 },
    { monthlyUsd: 1400, changeUsd: null },
  ])
  expect(costs.map(costWords)).toEqual([
    'staging: 1,400.00 USD a month expected, +12.00 by this change, budget 1,500.00',
    'staging: 1,400.00 USD a month expected, budget 1,500.00',
  ])
})

test('where the build passed, a cost that could not be told is a warning and no failure', () => {
  const reports = [aReport({ typed: cost, exitCode: 3, error: offTheNet }), aReport({ typed: 'scan fs', from: 5 })]
  const passed = gatherEvidence({ ...nothing, reports, outcome: 'passed' })
  expect(passed).toMatchObject({
    outcome: 'passed',
    sentence: 'All of it passed.',
    failure: null,
    warnings: [`${cost}: There is no provider.`],
  })
  const dear = [aReport({ typed: cost, exitCode: 5 })]
  expect(gatherEvidence({ ...nothing, reports: dear, outcome: 'passed' }).warnings).toEqual([
    `${cost} ended with exit code 5.`,
  ])
})

test('what stopped a build is told before a cost that could not be told, and without anything else that is', () => {
  const reports = [aReport({ typed: cost, exitCode: 3, error: offTheNet }), ...failedRun]
  expect(gatherEvidence({ ...nothing, reports, outcome: 'failed' }).failure?.code).toBe('ROLLOUT_UNHEALTHY')
  const alone = gatherEvidence({ ...nothing, reports: reports.slice(0, 1) })
  expect(alone).toMatchObject({ outcome: 'failed', failure: { code: 'TERRAFORM_PROVIDER_MISSING' } })
})
