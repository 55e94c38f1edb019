import { Ledger } from '../coordinate/ledger.ts'
import { Histogram } from '../histogram/histogram.ts'
import { encodeHistogram } from '../histogram/histogram-text.ts'
import type { Profile } from '../profile/profile.ts'
import type { Outcome } from '../record/outcome.ts'
import type { SeriesSecond, Snapshot } from '../record/snapshot.ts'
import { buildResult, type RunFacts } from '../result/build-result.ts'
import type { RunResult } from '../result/run-result.ts'

/** Milliseconds. */
export const histogramText = (...milliseconds: readonly number[]): string => {
  const histogram = new Histogram()
  for (const one of milliseconds) histogram.record(one * 1_000)
  return encodeHistogram(histogram)
}

type Part = Partial<SeriesSecond> & { readonly latencies?: Partial<Record<Outcome, readonly number[]>> }

export const seriesSecond = ({ latencies = {}, ...part }: Part): SeriesSecond => {
  const texts: SeriesSecond['outcomes'] = {}
  for (const outcome of ['ok', 'failed', 'timed_out', 'cancelled'] as const) {
    const samples = latencies[outcome]
    if (samples !== undefined) texts[outcome] = histogramText(...samples)
  }
  const facts = { scenario: 'visitor', endpoint: 'search', kind: 'step' as const, reasons: {}, waited: false }
  return { ...facts, outcomes: texts, ...part }
}

type SnapshotPart = Partial<Omit<Snapshot, 'generator'>> & { readonly generator?: Partial<Snapshot['generator']> }

export const snapshot = ({ generator, ...part }: SnapshotPart): Snapshot => {
  const idle = {
    activeUsers: 1,
    requestsInFlight: 0,
    started: 0,
    arrived: 0,
    dropped: 0,
    lag: histogramText(0),
    eventLoopDelay: histogramText(0),
    eventLoopUtilization: 0.1,
    stepErrors: {},
  }
  return { version: 1, worker: '0', second: 0, series: [], generator: { ...idle, ...generator }, ...part }
}

export const resultOf = (
  profile: Profile,
  snapshots: readonly Snapshot[],
  facts: Partial<RunFacts> = {},
): RunResult => {
  const ledger = new Ledger(profile)
  for (const one of snapshots) ledger.add(one)
  const last = Math.max(-1, ...snapshots.map(({ second }) => second))
  for (let second = 0; second <= last; second++) ledger.close()
  const startedAt = new Date(0)
  const usual = { target: 'http://shop', scenarios: [], workers: 1, partial: false, losses: [], usersNotCleanedUp: 0 }
  return buildResult({ ...usual, profile, startedAt, endedAt: startedAt, ...facts }, ledger.read())
}
