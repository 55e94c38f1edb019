import type { LoadRun } from '../coordinate/coordinator.ts'
import type { Profile } from '../profile/profile.ts'
import type { RunResult } from '../result/run-result.ts'
import { runLoad } from '../run-load.ts'
import type { TruthScenarios } from './truth-scenarios.ts'

export type TruthRun = {
  readonly target: string
  readonly profile: Profile
  readonly settings?: TruthScenarios
  readonly signal?: AbortSignal
  readonly workers?: number
}

export const startTruthRun = ({ settings = {}, signal, workers = 1, ...rest }: TruthRun): Promise<LoadRun> => {
  const url = new URL('./truth-scenarios.ts', import.meta.url).href
  return runLoad({
    ...rest,
    workers,
    signal: signal ?? new AbortController().signal,
    scenarioModule: { url, settings: JSON.parse(JSON.stringify(settings)) },
  })
}

export const runTruth = async (run: TruthRun): Promise<RunResult> => (await startTruthRun(run)).result

/** Started, without what ended in one of the four ways: nothing, if all is counted. */
export const imbalance = ({ totals }: RunResult): number =>
  totals.started - totals.ok - totals.failed - totals.timed_out - totals.cancelled
