import { Histogram } from '../engine/histogram/histogram.ts'
import { addHistogramText } from '../engine/histogram/histogram-text.ts'
import { correctedForOmission } from '../engine/histogram/omission.ts'
import type { RunResult } from '../engine/result/run-result.ts'
import type { Window } from '../engine/result/window.ts'

export type Percentiles = { readonly p50: number; readonly p95: number; readonly p99: number }

/** A stretch of the run as one point of a plot. Rates are a second, times milliseconds. */
export type Column = {
  readonly second: number
  readonly seconds: number
  /** Null where no request ended. */
  readonly latency: Percentiles | null
  /** Closed model only. */
  readonly corrected: Percentiles | null
  readonly ok: number
  readonly started: number
  /** By kind, each above zero. */
  readonly errors: Readonly<Record<string, number>>
  readonly activeUsers: number
  readonly requestsInFlight: number
  readonly arrived: number
  readonly dropped: number
  readonly lagP99: number | null
  readonly delayP99: number | null
}

/** More points than this are closer than the eye parts them. */
const mostColumns = 240

/** Columns in order; where no worker reported anything, there is none. */
export const timelineOf = ({ windows, expectedIntervalSeconds }: RunResult): readonly Column[] => {
  const reported = windows.filter(isReported)
  const windowSeconds = Math.max(1, ...reported.map(({ seconds }) => seconds))
  const total = Math.max(0, ...reported.map(({ second, seconds }) => second + seconds))
  const columnSeconds = windowSeconds * Math.max(1, Math.ceil(total / windowSeconds / mostColumns))
  const parts = Map.groupBy(reported, ({ second }) => Math.floor(second / columnSeconds))
  return [...parts]
    .toSorted(([one], [other]) => one - other)
    .map(([, inColumn]) => columnOf(inColumn, expectedIntervalSeconds))
}

/** The ledger closes a second also where nobody sent one: a worker that lives has at least its timers to tell of. */
const isReported = ({ series, generator }: Window): boolean => generator.eventLoopDelay !== '' || series.length > 0

const columnOf = (windows: readonly Window[], interval: number | null): Column => {
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  const steps = windows.flatMap(({ series }) => series.filter(({ kind }) => kind === 'step'))
  const ok = merged(steps.map(({ outcomes }) => outcomes.ok))
  const latency = merged(steps.flatMap(({ outcomes }) => [outcomes.ok, outcomes.timed_out]))
  const sum = (of: (generator: Window['generator']) => number) =>
    windows.reduce((total, { generator }) => total + of(generator), 0) / seconds
  return {
    second: Math.min(...windows.map(({ second }) => second)),
    seconds,
    latency: percentilesOf(latency),
    corrected: interval === null ? null : percentilesOf(correctedForOmission(latency, interval * 1_000_000)),
    ok: ok.count / seconds,
    started: sum(({ started }) => started),
    errors: errorsOf(steps, seconds),
    activeUsers: Math.max(...windows.map(({ generator }) => generator.activeUsers)),
    requestsInFlight: Math.max(...windows.map(({ generator }) => generator.requestsInFlight)),
    arrived: sum(({ arrived }) => arrived),
    dropped: sum(({ dropped }) => dropped),
    lagP99: p99Of(windows.map(({ generator }) => generator.lag)),
    delayP99: p99Of(windows.map(({ generator }) => generator.eventLoopDelay)),
  }
}

const merged = (texts: readonly (string | undefined)[]): Histogram => {
  const histogram = new Histogram()
  for (const text of texts) if (text !== undefined) addHistogramText(histogram, text)
  return histogram
}

const percentilesOf = (histogram: Histogram): Percentiles | null => {
  const [p50, p95, p99] = [histogram.quantile(0.5), histogram.quantile(0.95), histogram.quantile(0.99)]
  if (p50 === null || p95 === null || p99 === null) return null
  return { p50: p50 / 1_000, p95: p95 / 1_000, p99: p99 / 1_000 }
}

const p99Of = (texts: readonly string[]): number | null => {
  const microseconds = merged(texts).quantile(0.99)
  return microseconds === null ? null : microseconds / 1_000
}

/** The first word of a reason is its kind; what ran out of time has no reason. */
const errorsOf = (steps: Window['series'], seconds: number): Record<string, number> => {
  const kinds = new Map<string, number>()
  const add = (kind: string, times: number) => kinds.set(kind, (kinds.get(kind) ?? 0) + times / seconds)
  for (const { reasons, outcomes } of steps) {
    for (const [reason, times] of Object.entries(reasons)) add(reason.split(' ')[0] ?? reason, times)
    if (outcomes.timed_out !== undefined) add('timed out', merged([outcomes.timed_out]).count)
  }
  return Object.fromEntries(kinds)
}
