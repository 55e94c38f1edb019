import { expect, test } from 'vitest'
import { sloView } from '../output/views/slo-view.ts'
import { type SloReport, sloOutcome } from './slo.ts'

type Objective = SloReport['objectives'][number]

const objective = (id: string, remainingRatio: number | null): Objective => ({
  id,
  title: 'of the test',
  service: 'users',
  targetRatio: 0.999,
  windowDays: 14,
  nowRatio: remainingRatio === null ? null : 0.999_96,
  budget: { remainingRatio, remainingMinutes: remainingRatio === null ? null : remainingRatio * 20, totalMinutes: 20 },
  burnRate: { oneHour: remainingRatio === null ? null : 14.4, sixHours: null },
  state: remainingRatio === null ? 'unknown' : remainingRatio > 0 ? 'kept' : 'spent',
})

const report = (...remaining: readonly (number | null)[]): SloReport => ({
  schema: 'shopctl.slo/1',
  environment: 'local',
  prometheus: 'http://127.0.0.1:9090',
  askedAt: '2026-01-02T03:04:05.000Z',
  targets: { up: 2, total: 3 },
  objectives: remaining.map((ratio, index) => objective(`objective-${index}`, ratio)),
})

test.each([
  [[0.5, 0.1], 'done', 'done'],
  [[0.5, 0], 'done', 'check-failed'],
  [[0.5, null], 'done', 'unknown'],
  // What is known to be spent is not made better by what is not known.
  [[-1, null], 'done', 'check-failed'],
  [[null, null], 'unknown', 'unknown'],
] as const)('with %j of the budgets left a look ends %s and a check %s', (remaining, look, check) => {
  expect(sloOutcome(report(...remaining), 'look')).toBe(look)
  expect(sloOutcome(report(...remaining), 'check')).toBe(check)
})

test('what is left, what was overspent and what nobody knows are three different lines', () => {
  expect(sloView(report(0.5, -0.5, null), { width: null })).toBe(
    [
      'local by http://127.0.0.1:9090: 3 targets, 1 of them silent',
      '',
      'OBJECTIVE    TARGET       NOW   BUDGET  LEFT                       BURN 1H  BURN 6H  STATE',
      'objective-0  99.9 %  99.996 %     50 %  10 min of 20 min             14.4×        -  kept',
      'objective-1  99.9 %  99.996 %    -50 %  10 min too much of 20 min    14.4×        -  spent',
      'objective-2  99.9 %   no data  no data  -                                -        -  unknown',
      '',
      'Spent: objective-1; nothing is known of 1 of 3.',
    ].join('\n'),
  )
})

test('where nothing is known, that is what is said', () => {
  expect(sloView({ ...report(null), targets: { up: 0, total: 0 } }, { width: null })).toMatch(
    /^Prometheus at .* asks nothing of local\.\n.*\nNothing is known of any objective; that is not the same as kept\.$/s,
  )
})
