import { endpointObjectives, scenarioObjectives, shopObjectives, type Targets } from '../observability/objectives.ts'
import type { Objective } from './engine/objectives/objective.ts'
import type { Scope } from './engine/result/scope.ts'
import type { Judged } from './profiles.ts'

type Asked = {
  readonly judged: Judged
  /** Those that run, and the names of their steps. */
  readonly scenarios: readonly { readonly name: string; readonly steps: readonly string[] }[]
}

const everything: Scope = { kind: 'all' }

const targetsOf = (scope: Scope, { p95Milliseconds, errorShare }: Targets): readonly Objective[] => [
  { scope, measure: 'p95Milliseconds', target: p95Milliseconds },
  { scope, measure: 'errorShare', target: errorShare },
]

export const throughputObjective: Objective = {
  scope: everything,
  measure: 'requestsPerSecond',
  target: shopObjectives.requestsPerSecond,
}

/** What a run is judged by: as much of the shop's objectives as its profile can say anything about. */
export const objectivesOf = ({ judged, scenarios }: Asked): readonly Objective[] => {
  const steps = scenarios.flatMap((scenario) => scenario.steps)
  const parts = [
    ...scenarioObjectives
      .filter(({ scenario }) => scenarios.some(({ name }) => name === scenario))
      .flatMap((one) => targetsOf({ kind: 'scenario', scenario: one.scenario }, one)),
    ...endpointObjectives
      .filter(({ endpoint }) => steps.includes(endpoint))
      .flatMap((one) => targetsOf({ kind: 'endpoint', endpoint: one.endpoint }, one)),
  ]
  return [
    ...targetsOf(everything, shopObjectives),
    { scope: everything, measure: 'availability', target: shopObjectives.availability },
    ...(judged.throughput === 'judged' ? [throughputObjective] : []),
    ...(judged.parts === 'judged' ? parts : []),
  ]
}
