import { askPrometheus, type PrometheusFixes, type PrometheusMeans, type PrometheusQuestion } from './ask-prometheus.ts'
import { parsePrometheusAddress } from './prometheus-address.ts'
import {
  alertsSchema,
  instantSchema,
  type Labels,
  type PrometheusAlert,
  type PrometheusTarget,
  rangeSchema,
  type Sample,
  type Series,
  seriesSchema,
  targetsSchema,
} from './prometheus-answer.ts'

export type TimeRange = { readonly from: Date; readonly to: Date; readonly stepSeconds: number }

/** Every method throws ShopctlErrors only: see askPrometheus. */
export type Prometheus = {
  /** Without name and password. */
  readonly url: string
  /** No series is no data, and not zero. */
  query(expression: string, at?: Date): Promise<readonly Sample[]>
  queryRange(expression: string, range: TimeRange): Promise<readonly Series[]>
  /** Those that are pending or firing now. */
  alerts(): Promise<readonly PrometheusAlert[]>
  targets(): Promise<readonly PrometheusTarget[]>
  /** The label sets that a selector finds in what is kept in memory. */
  series(selector: string): Promise<readonly Labels[]>
}

export type OpenPrometheus = PrometheusFixes & {
  /** May hold name and password. */
  readonly url: string
  readonly signal: AbortSignal
  /** For one answer; 10 where it is left out. */
  readonly answerSeconds?: number
}

const seconds = (date: Date): string => String(date.getTime() / 1000)

/** Asks nothing yet. Throws PROMETHEUS_URL (refused). */
export const openPrometheus = ({ url, signal, answerSeconds = 10, ...fixes }: OpenPrometheus): Prometheus => {
  const address = parsePrometheusAddress(url)
  const means: PrometheusMeans = { address, answerSeconds, signal, ...fixes }
  const ask = <Answer>(question: PrometheusQuestion<Answer>) => askPrometheus(question, means)
  const timeout = ['timeout', `${answerSeconds}s`] as const
  return {
    url: address.url,
    query(expression, at) {
      const moment = at === undefined ? [] : [['time', seconds(at)] as const]
      return ask({ path: 'query', fields: [['query', expression], ...moment, timeout], schema: instantSchema })
    },
    queryRange(expression, { from, to, stepSeconds }) {
      const span = [
        ['start', seconds(from)] as const,
        ['end', seconds(to)] as const,
        ['step', `${stepSeconds}`] as const,
      ]
      return ask({ path: 'query_range', fields: [['query', expression], ...span, timeout], schema: rangeSchema })
    },
    alerts: () => ask({ path: 'alerts', fields: [], schema: alertsSchema }),
    targets: () => ask({ path: 'targets?state=active', fields: [], schema: targetsSchema }),
    series: (selector) => ask({ path: 'series', fields: [['match[]', selector]], schema: seriesSchema }),
  }
}
