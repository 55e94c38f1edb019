import { count } from '../figures-in-words.ts'
import { type Block, leastBlocks } from './blocks.ts'
import { type Change, differenceOf, ratioOf } from './change.ts'
import type { ComparedFigure } from './comparison.ts'
import { type Estimate, errorEstimate, quantileEstimate, throughputEstimate } from './estimate.ts'
import { studentQuantile } from './student-quantile.ts'

export type ComparedMeasure = ComparedFigure['measure']

type MeasureFacts = {
  /** Of each run, at full load. */
  readonly samplesNeeded: number
  readonly better: ComparedFigure['verdict']
  readonly worse: ComparedFigure['verdict']
  readonly isBetterWhenHigher: boolean
  readonly estimate: (blocks: readonly Block[], deviations: number) => Estimate
  readonly change: (before: Estimate, after: Estimate) => Change
}

const latency = (share: number): MeasureFacts => ({
  // Five of them lie beyond the quantile, as the objectives of a run want it.
  samplesNeeded: Math.round(5 / (1 - share)),
  better: 'faster',
  worse: 'slower',
  isBetterWhenHigher: false,
  estimate(blocks, deviations) {
    const { value, low, high } = quantileEstimate(blocks, share, deviations)
    return { value: value / 1_000, low: low / 1_000, high: high / 1_000 }
  },
  change: ratioOf,
})

const facts: Readonly<Record<ComparedMeasure, MeasureFacts>> = {
  p50Milliseconds: latency(0.5),
  p95Milliseconds: latency(0.95),
  p99Milliseconds: latency(0.99),
  errorShare: {
    samplesNeeded: 100,
    better: 'fewer errors',
    worse: 'more errors',
    isBetterWhenHigher: false,
    estimate: errorEstimate,
    change: differenceOf,
  },
  requestsPerSecond: {
    samplesNeeded: 100,
    better: 'faster',
    worse: 'slower',
    isBetterWhenHigher: true,
    estimate: throughputEstimate,
    change: ratioOf,
  },
}

export const comparedMeasures = [
  'p50Milliseconds',
  'p95Milliseconds',
  'p99Milliseconds',
  'errorShare',
  'requestsPerSecond',
] as const

export type Sides = { readonly before: readonly Block[]; readonly after: readonly Block[] }

/** Null where they can be compared. */
export const whyNotComparable = (measure: ComparedMeasure, { before, after }: Sides): string | null => {
  const least = Math.min(before.length, after.length)
  if (least < leastBlocks) return `the full load lasted too short: ${leastBlocks} stretches of two seconds are needed`
  const needed = facts[measure].samplesNeeded
  const samples = Math.min(samplesOf(measure, before), samplesOf(measure, after))
  return samples < needed ? `${count(samples)} requests at full load, and ${count(needed)} are needed` : null
}

const samplesOf = (measure: ComparedMeasure, blocks: readonly Block[]): number =>
  blocks.reduce((sum, { latency: { count: timed }, ok, errors }) => {
    if (measure === 'errorShare') return sum + ok + errors
    return sum + (measure === 'requestsPerSecond' ? ok : timed)
  }, 0)

type Judging = { readonly risk: number; readonly tolerance: number; readonly why: string | null }

export const compareFigure = (
  { measure, before, after }: Sides & { readonly measure: ComparedMeasure },
  { risk, tolerance, why }: Judging,
): Omit<ComparedFigure, 'scope' | 'confidence'> => {
  const { estimate, change: changeOf } = facts[measure]
  if (why !== null) {
    const known = (blocks: readonly Block[]) => (samplesOf(measure, blocks) === 0 ? null : estimate(blocks, 0).value)
    const figures = { measure, before: known(before), after: known(after), change: null }
    return { ...figures, verdict: 'not comparable', isWorseThanTolerated: false, because: why }
  }
  const deviations = studentQuantile(1 - risk / 2, degreesOf(before, after, facts[measure].estimate))
  const [one, other] = [estimate(before, deviations), estimate(after, deviations)]
  const change = changeOf(one, other)
  const verdict = verdictOf(measure, change)
  const isWorse = verdict === facts[measure].worse
  const isWorseThanTolerated = isWorse && worsening(measure, one.value, other.value) > tolerance
  return { measure, before: one.value, after: other.value, change, verdict, isWorseThanTolerated, because: null }
}

/**
 * How many blocks' worth is known of the noise of both runs together (Satterthwaite, "An approximate distribution of
 * estimates of variance components", 1946): of one run only where it is by far the noisier, else nearly of both.
 */
const degreesOf = (before: readonly Block[], after: readonly Block[], estimate: MeasureFacts['estimate']): number => {
  const [one, other] = [before, after].map((blocks) => {
    const { low, high, value } = estimate(blocks, 1)
    const variance = value === 0 ? (high - low) ** 2 : ((high - low) / value) ** 2
    return { variance, degrees: blocks.length - 1 }
  })
  if (one === undefined || other === undefined) return leastBlocks - 1
  const together = (one.variance + other.variance) ** 2
  const apart = one.variance ** 2 / one.degrees + other.variance ** 2 / other.degrees
  return apart === 0 ? Math.min(one.degrees, other.degrees) : together / apart
}

const verdictOf = (measure: ComparedMeasure, { low, high }: Change): ComparedFigure['verdict'] => {
  const { better, worse, isBetterWhenHigher } = facts[measure]
  if (low > 0) return isBetterWhenHigher ? better : worse
  if (high < 0) return isBetterWhenHigher ? worse : better
  return 'no difference that can be told'
}

/** Of the figure before; errors where there were none are more than any tolerance. */
const worsening = (measure: ComparedMeasure, before: number, after: number): number =>
  facts[measure].isBetterWhenHigher ? (before - after) / before : (after - before) / before
