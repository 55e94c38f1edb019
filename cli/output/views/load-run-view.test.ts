import { expect, test } from 'vitest'
import { judge } from '../../../loadtest/engine/objectives/judgement.ts'
import { openProfile } from '../../../loadtest/engine/testing/profiles.ts'
import { resultOf, seriesSecond, snapshot } from '../../../loadtest/engine/testing/results.ts'
import { verdictOf } from '../../flows/loadtest/keep-run.ts'
import { loadPlan } from '../../flows/loadtest/load-plan.ts'
import { loadRunDocument, loadRunView } from './load-run-view.ts'

const plan = loadPlan({ profile: 'throughput', making: 'makes data' })

const tested = (latencies: readonly number[], facts = {}) => {
  const seconds = [0, 1].map((second) => snapshot({ second, series: [seriesSecond({ latencies: { ok: latencies } })] }))
  const result = resultOf(openProfile({ durationSeconds: 2 }), seconds, facts)
  const objectives = plan.objectives.filter(({ scope }) => scope.kind === 'all')
  const judgements = [...judge(objectives, result)]
  const run = { version: 1 as const, environment: 'local', release: { number: 3, commit: null }, result, judgements }
  return { plan, verdict: verdictOf(run), run, files: { result: '/runs/a.json', report: '/runs/a.html' } }
}

const many = Array.from({ length: 100 }, () => 20)

test('shows what was missed with its figure, where the rest is, and the verdict last', () => {
  const missed = tested(many)
  const lines = loadRunView(missed, { width: null }).split('\n')
  expect(lines[0]).toContain('on local (release 3) for 2 s')
  expect(lines).toContain('MISSED: throughput of all requests > 1000 requests/s; it is 100 requests/s.')
  expect(lines).toContain('Met: 3 of 4 objectives.')
  expect(lines.slice(-3)).toEqual([
    'Result: /runs/a.json',
    'Page:   /runs/a.html',
    'Missed: 1 of 4 objectives was not reached.',
  ])
  expect(missed.verdict).toBe('missed')
})

test('a run that says nothing is neither met nor missed', () => {
  const invalid = tested(many, { losses: ['worker 1 was lost: it went away before its end'] })
  const text = loadRunView(invalid, { width: null })
  expect(invalid.verdict).toBe('unknown')
  expect(text.split('\n').at(-1)).toBe('Invalid: worker 1 was lost: it went away before its end.')
})

test('a run that was stopped before its time has missed nothing, in words and in its exit', () => {
  const stopped = tested(many, { partial: true })
  expect(stopped.run.judgements.map(({ verdict }) => verdict)).toContain('missed')
  expect(stopped.verdict).toBe('unknown')
  expect(loadRunView(stopped, { width: null })).toMatch(
    /\nPartial: the run was stopped before its time\..* 1 missed\.$/,
  )
})

test('scripts get all figures, and no histogram', () => {
  const document = loadRunDocument(tested(many))
  expect(document).toMatchObject({ verdict: 'missed', files: { result: '/runs/a.json' }, valid: { valid: true } })
  expect(document).not.toHaveProperty('windows')
  expect(document).not.toHaveProperty('series')
})
