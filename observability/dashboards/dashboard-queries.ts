import type { RenderTarget } from '../render-target.ts'
import { boardsFor } from './boards/boards.ts'
import type { Board } from './panel.ts'

export type DashboardQuery = {
  /** Title of the dashboard. */
  readonly dashboard: string
  readonly panel: string
  /** Ready to be asked: no variable is left in it. */
  readonly expr: string
}

/** Grafana takes at least four scrapes of 15 s. */
const shortestRateSeconds = 60

export type ChosenValues = {
  /** Long name of the only service; null: all of them. */
  readonly service: string | null
  /** Left out: every namespace that Prometheus knows. */
  readonly namespace?: string
  readonly rateSeconds?: number
}

/** What Grafana would ask where people have chosen this, and every pod. */
export const withoutVariables = (expr: string, chosen: ChosenValues): string => {
  const { service, namespace = '.*', rateSeconds = shortestRateSeconds } = chosen
  return expr
    .replaceAll('$__rate_interval', `${rateSeconds}s`)
    .replaceAll('$service', service ?? '.*')
    .replaceAll('$namespace', namespace)
    .replaceAll('$pod', '.*')
}

const queriesOf = (board: Board): readonly DashboardQuery[] =>
  board.rows
    .flatMap(({ panels }) => panels)
    .flatMap(({ title, queries }) =>
      queries.map(({ expr }) => ({
        dashboard: board.title,
        panel: title,
        expr: withoutVariables(expr, { service: board.service }),
      })),
    )

/** Every expression of every panel, in the order of the dashboards. */
export const dashboardQueries = (target: RenderTarget): readonly DashboardQuery[] =>
  boardsFor(target).flatMap(queriesOf)
