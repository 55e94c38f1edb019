import { type Figures, figuresOf, type RunResult } from '../result/run-result.ts'
import { type Measure, measures, measureText, type Objective } from './objective.ts'

export type Judgement = {
  readonly objective: Objective
  readonly verdict: 'met' | 'missed' | 'unknown'
  /** Null where there is none. */
  readonly value: number | null
  /** A sentence's end, with the figure. */
  readonly because: string
}

/** A p99 of fifty requests is the slowest of them: so many times the samples that lie beyond the quantile. */
const samplesBeyond = 5

const samplesNeeded: Readonly<Record<Measure, number>> = {
  p50Milliseconds: 2 * samplesBeyond,
  p95Milliseconds: 20 * samplesBeyond,
  p99Milliseconds: 100 * samplesBeyond,
  errorShare: 100,
  requestsPerSecond: 1,
  availability: 1,
}

/** Each objective by the figures of a run; pure. */
export const judge = (objectives: readonly Objective[], result: RunResult): readonly Judgement[] =>
  objectives.map((objective) => judgeOne(objective, result))

const judgeOne = (objective: Objective, result: RunResult): Judgement => {
  const unknown = (because: string, value: number | null = null): Judgement => {
    return { objective, verdict: 'unknown', value, because }
  }
  if (!result.verdict.valid) return unknown(`the run is invalid: ${result.verdict.reasons[0]}`)
  const figures = figuresOf(result, objective.scope)
  if (figures === undefined) return unknown('nothing of it was sent')
  const { measure, target } = objective
  const value = figureOf(measure, figures)
  if (value === null) return unknown(absence(measure))
  const isMet = measures[measure].bound === 'below' ? value < target : value > target
  const because = `it is ${measureText(measure, value)}`
  const samples = figures.counts.ok + figures.counts.failed + figures.counts.timed_out
  if (samples < samplesNeeded[measure]) {
    return unknown(`${because} of ${samples} requests, and ${samplesNeeded[measure]} are needed`, value)
  }
  const lost = droppedShare(result)
  if (isMet && measures[measure].bound === 'below' && lost > result.profile.limits.droppedShare) {
    return unknown(`${because}, but ${measureText('errorShare', lost)} of all arrivals were dropped`, value)
  }
  return { objective, verdict: isMet ? 'met' : 'missed', value, because }
}

const figureOf = (
  measure: Measure,
  { latency, errorShare, requestsPerSecond, availability }: Figures,
): number | null => {
  const values: Readonly<Record<Measure, number | null>> = {
    p50Milliseconds: latency.p50,
    p95Milliseconds: latency.p95,
    p99Milliseconds: latency.p99,
    errorShare,
    requestsPerSecond,
    availability,
  }
  return values[measure]
}

const absence = (measure: Measure): string =>
  measure === 'requestsPerSecond' ? 'the run never had all of its load for a whole second' : 'no request ended'

const droppedShare = ({ totals }: RunResult): number => {
  const wanted = totals.dropped + totals.arrived
  return wanted === 0 ? 0 : totals.dropped / wanted
}
