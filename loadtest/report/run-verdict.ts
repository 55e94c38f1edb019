import type { Judgement } from '../engine/objectives/judgement.ts'
import { plural } from './figures-in-words.ts'
import type { KeptRun } from './kept-run.ts'

/** In the order in which one takes the word from the next: of an invalid run nothing is met or missed. */
export const runStates = ['invalid', 'partial', 'missed', 'unknown', 'met'] as const
export type RunState = (typeof runStates)[number]

export type RunVerdict = {
  readonly state: RunState
  /** One sentence that begins with the state. */
  readonly headline: string
}

const times = (judgements: readonly Judgement[], verdict: Judgement['verdict']): number =>
  judgements.filter((judgement) => judgement.verdict === verdict).length

/** What the run as a whole says; pure. */
export const runVerdict = ({ result, judgements }: KeptRun): RunVerdict => {
  const { verdict, partial } = result
  if (!verdict.valid) {
    return { state: 'invalid', headline: `Invalid: ${verdict.reasons[0] ?? 'the run says nothing of the shop'}.` }
  }
  if (partial) {
    const judged = judgements.length === 0 ? '' : ` Of what was done until then: ${tally(judgements)}.`
    return { state: 'partial', headline: `Partial: the run was stopped before its time.${judged}` }
  }
  if (judgements.length === 0) return { state: 'unknown', headline: 'Unknown: no objective was asked of this run.' }
  const missed = times(judgements, 'missed')
  const all = plural(judgements.length, 'objective')
  if (missed > 0)
    return { state: 'missed', headline: `Missed: ${missed} of ${all} ${missed === 1 ? 'was' : 'were'} not reached.` }
  const unknown = times(judgements, 'unknown')
  if (unknown > 0) return { state: 'unknown', headline: `Unknown: of ${unknown} of ${all} nothing can be said.` }
  return { state: 'met', headline: judgements.length === 1 ? 'Met: the objective.' : `Met: all ${all}.` }
}

const tally = (judgements: readonly Judgement[]): string =>
  (['met', 'missed', 'unknown'] as const)
    .flatMap((verdict) => {
      const found = times(judgements, verdict)
      return found === 0 ? [] : [`${found} ${verdict}`]
    })
    .join(', ')
