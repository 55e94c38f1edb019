import { availableParallelism } from 'node:os'
import { coordinateRun, type LoadRun } from './coordinate/coordinator.ts'
import { importScenarios, type ScenarioModule, scenarioFacts } from './coordinate/scenario-module.ts'
import { startThreadWorker } from './coordinate/thread-worker.ts'
import type { Profile } from './profile/profile.ts'

export type LoadRequest = {
  /** An origin: `http://127.0.0.1:8080`. */
  readonly target: string
  readonly profile: Profile
  readonly scenarioModule: ScenarioModule
  readonly signal: AbortSignal
  /** Threads; left out, one for each core but one, which the coordinator and the shop may have. */
  readonly workers?: number
}

/** A run on this machine. Rejects where the scenarios cannot be imported: nothing was sent then. */
export const runLoad = async (request: LoadRequest): Promise<LoadRun> => {
  const { target, profile, scenarioModule, signal, workers = Math.max(1, availableParallelism() - 1) } = request
  const scenarios = scenarioFacts(await importScenarios(scenarioModule))
  const threads = Array.from({ length: workers }, (_, worker) =>
    startThreadWorker({ share: { worker, workers }, profile, target, scenarioModule }),
  )
  return coordinateRun({ target, profile, scenarios, workers: threads, signal })
}
