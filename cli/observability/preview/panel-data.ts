import type { Panel, Query } from '../../../observability/dashboards/panel.ts'
import type { Labels } from '../../prometheus/prometheus-answer.ts'

/** Times at which every series of a page is asked for, by seconds since 1970. */
export type TimeGrid = { readonly fromSeconds: number; readonly stepSeconds: number; readonly count: number }

export type NamedSeries = {
  readonly name: string
  /** One for each time of the grid; null where there is none, or none that is a number. */
  readonly values: readonly (number | null)[]
}

export type PanelData = {
  readonly panel: Panel
  /** What was asked, as Prometheus got it. */
  readonly asked: readonly string[]
  readonly series: readonly NamedSeries[]
}

export const timesOf = ({ fromSeconds, stepSeconds, count }: TimeGrid): readonly number[] =>
  Array.from({ length: count }, (_, index) => fromSeconds + index * stepSeconds)

/** What Grafana makes of `{{method}} {{route}}`. */
export const seriesName = ({ legend }: Query, labels: Labels): string =>
  legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim()

export const knownValues = ({ series }: PanelData): readonly number[] =>
  series.flatMap(({ values }) => values.filter((value) => value !== null))

/** Grafana reads descriptions as Markdown, of which they have no more than words of code. */
export const plainWords = (description: string): string => description.replaceAll(/`([^`]*)`/g, '“$1”')
