import { withoutVariables } from '../../../observability/dashboards/dashboard-queries.ts'
import type { Board, Panel, Query } from '../../../observability/dashboards/panel.ts'
import type { Prometheus } from '../../prometheus/open-prometheus.ts'
import type { Point } from '../../prometheus/prometheus-answer.ts'
import { type NamedSeries, type PanelData, seriesName, type TimeGrid, timesOf } from './panel-data.ts'

export type PreviewSource = {
  readonly prometheus: Pick<Prometheus, 'queryRange'>
  /** Of the environment: one Prometheus may watch others too. */
  readonly namespace: string
  readonly grid: TimeGrid
}

const scrapeSeconds = 15

/** As Grafana widens a rate so that every step of the picture has at least two scrapes in it. */
export const rateSeconds = ({ stepSeconds }: Pick<TimeGrid, 'stepSeconds'>): number =>
  Math.max(4 * scrapeSeconds, stepSeconds + scrapeSeconds)

/** What a panel would show where every service and pod is chosen. Throws what Prometheus refuses. */
export const readPanel = async (panel: Panel, board: Board, source: PreviewSource): Promise<PanelData> => {
  const { namespace, grid } = source
  const chosen = { service: board.service, namespace, rateSeconds: rateSeconds(grid) }
  const asked = panel.queries.map((query) => ({ query, expr: withoutVariables(query.expr, chosen) }))
  const series = await Promise.all(asked.map((question) => readSeries(question, source)))
  return { panel, asked: asked.map(({ expr }) => expr), series: series.flat() }
}

type Question = { readonly query: Query; readonly expr: string }

const readSeries = async ({ query, expr }: Question, source: PreviewSource): Promise<readonly NamedSeries[]> => {
  const { prometheus, grid } = source
  const times = timesOf(grid)
  const moment = (seconds: number | undefined) => new Date((seconds ?? grid.fromSeconds) * 1_000)
  const range = { from: moment(times[0]), to: moment(times.at(-1)), stepSeconds: grid.stepSeconds }
  const found = await prometheus.queryRange(expr, range)
  return found
    .map(({ labels, points }) => ({ name: seriesName(query, labels), values: onGrid(points, times) }))
    .toSorted((left, right) => peak(right) - peak(left) || left.name.localeCompare(right.name))
}

/** Series with the most to see come first: of many only the first names are read. */
const peak = ({ values }: NamedSeries): number => Math.max(...values.map((value) => value ?? Number.NEGATIVE_INFINITY))

const onGrid = (points: readonly Point[], times: readonly number[]): NamedSeries['values'] => {
  const byTime = new Map(points.map(({ atSeconds, value }) => [Math.round(atSeconds), value]))
  return times.map((time) => {
    const value = byTime.get(Math.round(time))
    return value !== undefined && Number.isFinite(value) ? value : null
  })
}
