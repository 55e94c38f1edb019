import type { Series } from '../record/snapshot.ts'
import type { Scenario } from '../scenario/scenario.ts'

export type ScenarioSeries = { readonly steps: readonly number[]; readonly start: number; readonly stop: number }

/** Where each step of each scenario counts: a number, so that counting looks nothing up. */
export const seriesTable = (scenarios: readonly Scenario[]) => {
  const series: Series[] = []
  const numberOf = (wanted: Series): number => {
    const known = series.findIndex((one) => Object.values(one).join() === Object.values(wanted).join())
    return known >= 0 ? known : series.push(wanted) - 1
  }
  const byScenario = scenarios.map(({ name: scenario, steps }): ScenarioSeries => {
    return {
      steps: steps.map((endpoint) => numberOf({ scenario, endpoint, kind: 'step' })),
      start: numberOf({ scenario, endpoint: 'start', kind: 'start' }),
      stop: numberOf({ scenario, endpoint: 'stop', kind: 'stop' }),
    }
  })
  return { series, byScenario }
}
