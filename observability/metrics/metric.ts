import type { ServiceName } from '../../services/registry.ts'

/** Who exports it. `service`: our code. `runtime`: prom-client's defaults of the process and of Node. */
export type Exporter = 'service' | 'runtime' | 'kube-state-metrics' | 'cadvisor' | 'node-exporter' | 'prometheus'

/** What one of it is. `state`: a number that stands for a word; `ratio`: of 1. */
export type Unit = 'seconds' | 'bytes' | 'cores' | 'state' | 'ratio' | Counted

type Counted =
  | 'requests'
  | 'statements'
  | 'connections'
  | 'values'
  | 'events'
  | 'attempts'
  | 'orders'
  | 'reservations'
  | 'products'
  | 'goods'
  | 'tasks'
  | 'files'
  | 'pods'
  | 'restarts'
  | 'periods'
  | 'alerts'

export type Metric = {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Its own, besides those of the target; without a histogram's `le`. */
  readonly labels: readonly string[]
  readonly unit: Unit
  readonly exporter: Exporter
  /** Those that export it; none where another program does. */
  readonly services: readonly ServiceName[]
}

export type MetricRow = readonly [name: string, type: Metric['type'], unit: Unit, labels?: readonly string[]]

type Origin = Pick<Metric, 'exporter' | 'services'>

/** Rows of one origin, each as short as it can be read. */
export const metricsOf = (origin: Origin, rows: readonly MetricRow[]): readonly Metric[] =>
  rows.map(([name, type, unit, labels = []]) => ({ name, type, unit, labels, ...origin }))

/** The series that Prometheus stores of a metric. */
export const seriesNames = ({ name, type }: Metric): readonly string[] =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
