import type { RunResult } from '../../engine/result/run-result.ts'
import { type Scope, scopeText } from '../../engine/result/scope.ts'
import type { KeptRun } from '../kept-run.ts'
import { type Block, blocksOf, fullLoadWindows } from './blocks.ts'
import { type ComparedMeasure, comparedMeasures, compareFigure, whyNotComparable } from './compare-figure.ts'
import type { ComparedFigure, Comparison } from './comparison.ts'
import { cautions } from './incomparable.ts'

export type CompareRequest = {
  readonly before: KeptRun
  readonly after: KeptRun
  /** How much worse is let through: 0.05 is five of a hundred. */
  readonly tolerance: number
  readonly confidence?: number
}

/**
 * Where two runs of one load differ by more than noise. Each figure gets an interval of its change. As there are many,
 * single ones are wider, so that all of them hold together (Bonferroni): of twenty comparisons of a release with itself,
 * one may find a difference anywhere. All requests, the scenarios and the endpoints get the same part of that risk, so
 * that what matters most is not drowned by the number of endpoints. Pure; whether the loads are the same is asked before.
 */
export const compareRuns = ({ before, after, tolerance, confidence = 0.95 }: CompareRequest): Comparison => {
  const until = comparedUntil(before.result, after.result)
  const scopes = scopesIn(before.result, after.result)
  const windows = { before: fullLoadWindows(before.result, until), after: fullLoadWindows(after.result, until) }
  const blocks = { before: blocksOf(windows.before, scopes), after: blocksOf(windows.after, scopes) }
  const isInvalid = !before.result.verdict.valid || !after.result.verdict.valid
  const wanted = scopes.flatMap((scope) =>
    comparedMeasures.map((measure): Wanted => {
      const pair = pairOf(blocks, scope)
      return { scope, measure, pair, why: isInvalid ? 'a run is invalid' : whyNotComparable(measure, pair) }
    }),
  )
  const risks = risksOf(wanted, 1 - confidence)
  const figures = wanted.map(({ scope, measure, pair, why }): ComparedFigure => {
    const risk = risks.get(scope.kind) ?? 1 - confidence
    return { scope, ...compareFigure({ measure, ...pair }, { risk, tolerance, why }), confidence: 1 - risk }
  })
  const seconds = (of: readonly { readonly seconds: number }[]) => of.reduce((sum, window) => sum + window.seconds, 0)
  return {
    version: 1,
    verdict: verdictOf(figures),
    tolerance,
    confidence,
    seconds: { before: seconds(windows.before), after: seconds(windows.after) },
    notes: [...cautions(before, after)],
    figures,
  }
}

type Wanted = {
  readonly scope: Scope
  readonly measure: ComparedMeasure
  readonly pair: Pair<readonly Block[]>
  readonly why: string | null
}

/** Of a single figure of each kind of scope. */
const risksOf = (wanted: readonly Wanted[], risk: number): ReadonlyMap<Scope['kind'], number> => {
  const kinds = Map.groupBy(
    wanted.filter(({ why }) => why === null),
    ({ scope }) => scope.kind,
  )
  return new Map([...kinds].map(([kind, figures]) => [kind, risk / kinds.size / figures.length]))
}

/** Of a run that was stopped the last window was cut short. */
const comparedUntil = (before: RunResult, after: RunResult): number => {
  const ends = [before, after].filter(({ partial }) => partial).map(({ windows }) => windows.at(-1)?.second ?? 0)
  return Math.min(Number.POSITIVE_INFINITY, ...ends)
}

const scopesIn = (before: RunResult, after: RunResult): readonly Scope[] => {
  const scopes = new Map([...before.figures, ...after.figures].map(({ scope }) => [scopeText(scope), scope]))
  const kinds = ['all', 'scenario', 'endpoint']
  return [...scopes.values()].toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))
}

type Pair<Of> = { readonly before: Of; readonly after: Of }

const pairOf = (blocks: Pair<ReadonlyMap<string, readonly Block[]>>, scope: Scope): Pair<readonly Block[]> => {
  const key = scopeText(scope)
  return { before: blocks.before.get(key) ?? [], after: blocks.after.get(key) ?? [] }
}

const verdictOf = (figures: readonly ComparedFigure[]): Comparison['verdict'] => {
  if (figures.some(({ isWorseThanTolerated }) => isWorseThanTolerated)) return 'worse'
  const verdicts = new Set(figures.map(({ verdict }) => verdict))
  if (verdicts.has('slower') || verdicts.has('more errors')) return 'worse within tolerance'
  if (verdicts.has('faster') || verdicts.has('fewer errors')) return 'better'
  return verdicts.has('no difference that can be told') ? 'no difference that can be told' : 'not comparable'
}
