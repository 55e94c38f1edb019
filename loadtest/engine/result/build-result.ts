import type { Books } from '../coordinate/ledger.ts'
import type { SecondsFigures } from '../coordinate/scope-figures.ts'
import type { SeriesTotals } from '../coordinate/series-totals.ts'
import { type Histogram, mergedHistogram } from '../histogram/histogram.ts'
import { correctedForOmission } from '../histogram/omission.ts'
import { type Profile, thinkMeanSeconds } from '../profile/profile.ts'
import { outcomes } from '../record/outcome.ts'
import { Tally } from '../record/tally.ts'
import type { SecondsRange } from '../schedule/full-load.ts'
import type { Counts, Figures, RunResult } from './run-result.ts'
import { type Scope, scopesOf, scopeText } from './scope.ts'
import { summaryOf } from './summary.ts'
import { notesOf, verdictOf } from './verdict.ts'

export type RunFacts = {
  readonly target: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly profile: Profile
  readonly scenarios: RunResult['scenarios']
  readonly workers: number
  readonly partial: boolean
  /** Sentences: which worker was lost, and why. */
  readonly losses: readonly string[]
  readonly usersNotCleanedUp: number
}

/** The figures of a run from its books; pure. */
export const buildResult = (facts: RunFacts, books: Books): RunResult => {
  const { profile, partial } = facts
  const { series, generator } = books.whole.read(0, 1)
  const all = [...books.whole.series]
  const interval = expectedIntervalSeconds(profile, all)
  const draft: Omit<RunResult, 'verdict' | 'notes'> = {
    version: 1,
    target: facts.target,
    startedAt: facts.startedAt.toISOString(),
    endedAt: facts.endedAt.toISOString(),
    profile,
    scenarios: facts.scenarios,
    workers: facts.workers,
    partial,
    totals: {
      ...countsOf(all),
      started: generator.started,
      arrived: generator.arrived,
      dropped: generator.dropped,
      usersNotCleanedUp: facts.usersNotCleanedUp,
    },
    figures: figuresOfAll({
      all,
      seconds: books.seconds,
      fullLoad: partial ? reached(books) : books.fullLoad,
      interval,
    }),
    expectedIntervalSeconds: interval,
    generator: {
      lag: summaryOf(books.whole.lag),
      eventLoopDelay: summaryOf(books.whole.eventLoopDelay),
      eventLoopUtilization: generator.eventLoopUtilization,
      lateSeconds: books.lateSeconds,
      stepErrors: generator.stepErrors,
    },
    series,
    windows: [...books.windows],
  }
  return { ...draft, verdict: verdictOf(draft, facts.losses), notes: notesOf(draft) }
}

/** What was stopped has the full load only as far as it came. */
const reached = ({ fullLoad, windows }: Books): readonly SecondsRange[] => {
  const last = windows.at(-1)
  const ran = last === undefined ? 0 : last.second + last.seconds
  return fullLoad.map(({ from, to }) => ({ from, to: Math.min(to, ran) })).filter(({ from, to }) => from < to)
}

const countsOf = (all: readonly SeriesTotals[]): Counts => {
  const counts = { ok: 0, failed: 0, timed_out: 0, cancelled: 0 }
  for (const outcome of outcomes) counts[outcome] = all.reduce((sum, series) => sum + series.countOf(outcome), 0)
  return counts
}

const latencyOf = (all: readonly SeriesTotals[]): Histogram =>
  mergedHistogram(all.map((series) => series.merged(['ok', 'timed_out'])))

/** A user of a closed model comes again when it has its answer and has thought; open models omit nothing. */
const expectedIntervalSeconds = (profile: Profile, all: readonly SeriesTotals[]): number | null => {
  if (profile.model === 'open') return null
  const typical = latencyOf(all.filter(({ series }) => series.kind === 'step')).quantile(0.5)
  return typical === null ? null : thinkMeanSeconds(profile) + typical / 1_000_000
}

type Sources = {
  readonly all: readonly SeriesTotals[]
  readonly seconds: readonly SecondsFigures[]
  readonly fullLoad: readonly SecondsRange[]
  readonly interval: number | null
}

const figuresOfAll = ({ all, seconds, fullLoad, interval }: Sources): Figures[] => {
  const scopes = new Map<string, { scope: Scope; mine: SeriesTotals[] }>()
  for (const series of all) {
    for (const scope of scopesOf(series.series)) {
      const known = scopes.get(scopeText(scope))
      if (known === undefined) scopes.set(scopeText(scope), { scope, mine: [series] })
      else known.mine.push(series)
    }
  }
  const fullSeconds = fullLoad.reduce((sum, { from, to }) => sum + to - from, 0)
  return [...scopes.values()].map(({ scope, mine }) => {
    const ofSeconds = seconds.find((one) => scopeText(one.scope) === scopeText(scope))
    const { secondsAsked = 0, secondsWithSuccess = 0, okAtFullLoad = 0 } = ofSeconds ?? {}
    return {
      scope,
      ...figuresOfSeries(mine, interval),
      requestsPerSecond: fullSeconds === 0 ? null : okAtFullLoad / fullSeconds,
      availability: secondsAsked === 0 ? null : secondsWithSuccess / secondsAsked,
    }
  })
}

const figuresOfSeries = (mine: readonly SeriesTotals[], interval: number | null) => {
  const latency = latencyOf(mine)
  const counts = countsOf(mine)
  const judged = counts.ok + counts.failed + counts.timed_out
  const reasons = new Tally()
  for (const series of mine) reasons.addAll(series.reasons())
  return {
    counts,
    latency: summaryOf(latency),
    corrected: interval === null ? null : summaryOf(correctedForOmission(latency, interval * 1_000_000)),
    errorShare: judged === 0 ? null : (counts.failed + counts.timed_out) / judged,
    reasons: reasons.read(),
  }
}
