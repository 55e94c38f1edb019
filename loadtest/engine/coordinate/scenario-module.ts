import { z } from 'zod'
import type { Scenario } from '../scenario/scenario.ts'

/** Functions do not go from thread to thread: each worker imports the module and lets it make its scenarios. */
export const scenarioModuleSchema = z.object({
  /** `file:///…` */
  url: z.string(),
  /** JSON for its `createScenarios`. */
  settings: z.json(),
})
export type ScenarioModule = z.infer<typeof scenarioModuleSchema>

const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'weight', 'steps', 'enter'].every((key) => Object.hasOwn(value, key))

/** What the module's `createScenarios(settings)` makes. Throws a TypeError where it makes no scenarios. */
export const importScenarios = async ({ url, settings }: ScenarioModule): Promise<readonly Scenario[]> => {
  const module: Readonly<Record<string, unknown>> = await import(url)
  const { createScenarios } = module
  if (typeof createScenarios !== 'function') throw new TypeError(`${url} exports no createScenarios`)
  const made: unknown = await createScenarios(settings)
  if (!Array.isArray(made) || made.length === 0 || !made.every(isScenario)) {
    throw new TypeError(`createScenarios of ${url} made no scenarios`)
  }
  return made
}

export const scenarioFacts = (scenarios: readonly Scenario[]) =>
  scenarios.map(({ name, weight, steps }) => ({ name, weight, steps: [...steps] }))
