import { coordinateRun } from '../../../loadtest/engine/coordinate/coordinator.ts'
import { scenarioFacts } from '../../../loadtest/engine/coordinate/scenario-module.ts'
import type { RunResult } from '../../../loadtest/engine/result/run-result.ts'
import { createScenarios } from '../../../loadtest/scenarios/shop-scenarios.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { FlowMeans } from '../means.ts'
import type { LoadFleet, LoadOrder, OpenLoadFleet } from './load-fleet.ts'
import { loadSecond } from './load-second.ts'

export type SentLoad = {
  readonly result: RunResult
  /** Resolves when who sent it is taken away, or it is told that they are not. Never rejects. */
  readonly closed: Promise<void>
}

export type LoadSending = { readonly order: LoadOrder; readonly openFleet: OpenLoadFleet }

/** The result counts as soon as it is there: whoever keeps it does not wait for pods to go. */
export const sendLoad = async (
  { order, openFleet }: LoadSending,
  means: Pick<FlowMeans, 'reporter' | 'abandoned'>,
): Promise<SentLoad> => {
  const fleet = await openFleet(order)
  try {
    const result = await lead(fleet, { order, means })
    return { result, closed: closeFleet(fleet, means) }
  } catch (error) {
    await closeFleet(fleet, means)
    throw error
  }
}

type Leading = { readonly order: LoadOrder; readonly means: Pick<FlowMeans, 'reporter'> }

const lead = async ({ target, workers, leadSeconds }: LoadFleet, { order, means }: Leading): Promise<RunResult> => {
  const { profile, settings, signal } = order
  const scenarios = scenarioFacts(createScenarios(settings))
  const load = coordinateRun({ target, profile, scenarios, workers, signal, leadSeconds })
  for await (const window of load.seconds) means.reporter.emit(loadSecond(window))
  return load.result
}

/** What is left of them is told and makes nothing of the run untrue. */
const closeFleet = async (
  fleet: LoadFleet,
  { reporter, abandoned }: Pick<FlowMeans, 'reporter' | 'abandoned'>,
): Promise<void> => {
  try {
    await fleet.close(abandoned)
  } catch (error) {
    reporter.emit({ type: 'warning', ...warningOf(error) })
  }
}

const warningOf = (error: unknown): { readonly message: string; readonly fix: string[] } => {
  if (error instanceof ShopctlError) return { message: [error.message, ...error.why].join(' '), fix: [...error.fix] }
  return { message: `Who sent the load could not be taken away: ${String(error)}.`, fix: [] }
}
