import { expect, it } from 'vitest'
import { closedProfile } from '../engine/testing/profiles.ts'
import type { KeptRun } from './kept-run.ts'
import { limitingFactors } from './limiting-factors.ts'
import { runVerdict } from './run-verdict.ts'
import { smallOpenRun, smallRun } from './testing/small-run.ts'

const run = smallRun()
const withVerdicts = (...verdicts: readonly KeptRun['judgements'][number]['verdict'][]): KeptRun => ({
  ...run,
  judgements: verdicts.flatMap((verdict) => run.judgements.slice(0, 1).map((judgement) => ({ ...judgement, verdict }))),
})
const partial = { ...withVerdicts('met', 'missed'), result: { ...run.result, partial: true } }
const invalid = {
  ...partial,
  result: { ...partial.result, verdict: { valid: false, reasons: ['it was late', 'more'] } },
}

it.each([
  [withVerdicts('met', 'met'), 'met', 'Met: all 2 objectives.'],
  [withVerdicts('met'), 'met', 'Met: the objective.'],
  [withVerdicts('met', 'missed', 'unknown'), 'missed', 'Missed: 1 of 3 objectives was not reached.'],
  [withVerdicts('met', 'unknown'), 'unknown', 'Unknown: of 1 of 2 objectives nothing can be said.'],
  [withVerdicts(), 'unknown', 'Unknown: no objective was asked of this run.'],
  [partial, 'partial', 'Partial: the run was stopped before its time. Of what was done until then: 1 met, 1 missed.'],
  [invalid, 'invalid', 'Invalid: it was late.'],
])('the worst that is known of a run is its verdict (%#)', (one, state, headline) => {
  expect(runVerdict(one)).toEqual({ state, headline })
})

const limits = (one: KeptRun) => limitingFactors(one).flatMap(({ what, isLimit }) => (isLimit ? [what] : []))

it('a generator that was invalid is the limit, with each of its reasons', () => {
  expect(limitingFactors(invalid).slice(0, 2)).toEqual([
    { what: 'generator', isLimit: true, sentence: 'Invalid: it was late.' },
    { what: 'generator', isLimit: true, sentence: 'Invalid: more.' },
  ])
})

it('says the profile where no answer could be fast enough, and what would do', () => {
  const out = limitingFactors(run).find(({ what, isLimit }) => what === 'profile' && isLimit)
  expect(out?.sentence).toMatch(/^Throughput of all requests > 5 requests\/s is out of reach: at most 1 a second/)
})

it('users who do not think leave the profile room, however many requests that are', () => {
  const profile = closedProfile({ users: 4, durationSeconds: 8, thinkTimeSeconds: { min: 0, max: 0 } })
  const sentences = limitingFactors({ ...run, judgements: [], result: { ...run.result, profile } }).map(
    ({ sentence }) => sentence,
  )
  expect(sentences).toContain('The profile had room: its users do not think, and only waited for answers.')
})

it('arrivals that were dropped are a limit, and none of a closed model', () => {
  expect(limits(smallOpenRun())).toContain('arrivals')
  expect(limits(run)).not.toContain('arrivals')
})

it('a thread that hardly waits is near its end', () => {
  const windows = run.result.windows.map((window) => {
    return { ...window, generator: { ...window.generator, eventLoopUtilization: 0.95 } }
  })
  expect(limits(run)).not.toContain('generator')
  expect(limits({ ...run, result: { ...run.result, windows } })).toContain('generator')
})
