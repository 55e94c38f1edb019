import { expect, test } from 'vitest'
import { reportedRelease } from './reported-release.ts'
import { aReport, type ReportFacts } from './testing/reports.ts'

const started = (flow: string, environment: string) => ({
  after: 0,
  type: 'flow.started' as const,
  flow,
  environment,
  steps: [],
})
const opened = (release: number) => ({ after: 1, type: 'release.opened' as const, release, previous: release - 1 })
const closed = (release: number, state: string) => ({ after: 2, type: 'release.closed' as const, release, state })

const typed = 'release promote --from staging --to prod --yes'
const promotion = (events: NonNullable<ReportFacts['events']>, facts: Partial<ReportFacts> = {}) =>
  aReport({ typed, events: [started('release promote', 'prod'), ...events], ...facts })
const released = promotion([opened(12), closed(12, 'succeeded')])

test('a promotion that succeeded names its release', () => {
  expect(reportedRelease([released], 'prod')).toEqual({ kind: 'released', number: 12, typed })
})

test('what it mended first is not what it made', () => {
  const mended = promotion([closed(11, 'rolled-back'), opened(12), closed(12, 'succeeded')])
  expect(reportedRelease([mended], 'prod')).toMatchObject({ number: 12 })
  const mendedOnly = promotion([closed(11, 'succeeded'), opened(12)])
  expect(reportedRelease([mendedOnly], 'prod')).toEqual({
    kind: 'nothing',
    why: `release 12 of "${typed}" did not end`,
  })
})

test.each([
  ['changed nothing', [promotion([])], `"${typed}" has opened no release`],
  [
    'was taken back',
    [promotion([opened(12), closed(12, 'rolled-back')])],
    `release 12 of "${typed}" ended as "rolled-back"`,
  ],
  ['changed nothing when it was typed again', [promotion([], { from: 60 }), released], 'has opened no release'],
  ['never began', [released, aReport({ typed, from: 60 })], 'has opened no release'],
] as const)('a promotion that %s has nothing to take back', (_, reports, why) => {
  const found = reportedRelease(reports, 'prod')
  expect(found).toEqual({ kind: 'nothing', why: expect.stringContaining(why) })
})

test('what was done to another environment, or only shown, is not asked', () => {
  const deployed = aReport({
    typed: 'deploy --env staging',
    from: 60,
    events: [started('deploy', 'staging'), opened(40), closed(40, 'succeeded')],
  })
  const shown = promotion([], { from: 90, events: [started('release diff', 'prod')] })
  const checked = aReport({ typed: 'smoke --env prod', from: 95, events: [started('smoke', 'prod')] })
  expect(reportedRelease([released, deployed, shown, checked], 'prod')).toMatchObject({ number: 12 })
  expect(reportedRelease([deployed], 'prod')).toMatchObject({
    why: 'no deploy or promotion of prod has left a report',
  })
})
