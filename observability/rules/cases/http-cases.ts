import {
  constant,
  fires,
  growing,
  type InputSeries,
  type RuleCase,
  series,
  silent,
  type ValueCheck,
} from './rule-case.ts'

type Answers = { readonly status: number; readonly perStep: number; readonly route?: string }

const of = { namespace: 'shop', service: 'order-management' }

const answered = ({ status, perStep, route = '/api/v1/orders' }: Answers): InputSeries =>
  series('http_request_duration_seconds_count', {
    labels: { ...of, method: 'GET', route, status_code: String(status) },
    values: growing(perStep),
  })

const within = (le: string, perStep: number): InputSeries =>
  series('http_request_duration_seconds_bucket', {
    labels: { ...of, method: 'GET', route: '/api/v1/orders', status_code: '200', le },
    values: growing(perStep),
  })

const errorRatio = (value: number): ValueCheck => ({
  expr: 'round(service:http_errors:ratio_rate5m, 1e-6)',
  atSeconds: 240,
  values: [{ labels: of, value }],
})

const errors: readonly RuleCase[] = [
  {
    title: 'one of ten answers is a 5xx',
    series: [answered({ status: 200, perStep: 90 }), answered({ status: 503, perStep: 10 })],
    checks: [silent('HighErrorRate', 4 * 60), fires('HighErrorRate', { labels: of, value: '10%' })],
    values: [errorRatio(0.1)],
  },
  {
    title: 'one of twenty-five answers is a 5xx',
    series: [answered({ status: 200, perStep: 96 }), answered({ status: 500, perStep: 4 })],
    checks: [silent('HighErrorRate')],
  },
  {
    title: 'nobody asks for anything',
    series: [answered({ status: 200, perStep: 0 })],
    checks: [silent('HighErrorRate')],
    values: [{ ...errorRatio(0), values: [] }],
  },
  {
    title: 'clients are at fault, and probes find the service not ready',
    series: [
      answered({ status: 200, perStep: 10 }),
      answered({ status: 404, perStep: 90 }),
      answered({ status: 503, perStep: 90, route: '/health' }),
    ],
    checks: [silent('HighErrorRate')],
    values: [errorRatio(0)],
  },
]

const durations: readonly RuleCase[] = [
  {
    title: 'half of the answers take between 0.5 s and 1 s',
    series: [within('0.5', 50), within('1', 100), within('+Inf', 100)],
    checks: [silent('HighResponseTime', 4 * 60), fires('HighResponseTime', { labels: of, value: '950ms' })],
  },
  {
    title: 'four of a hundred answers take long',
    series: [within('0.5', 96), within('1', 100), within('+Inf', 100)],
    checks: [silent('HighResponseTime')],
  },
]

const database: readonly RuleCase[] = [
  {
    title: 'twenty connections fail within each minute',
    series: [series('db_connection_errors_total', { labels: { ...of, pod: 'one' }, values: growing(5) })],
    checks: [fires('DatabaseConnectionFailure', { labels: of, value: '20' })],
  },
  {
    title: 'eight connections fail within each minute',
    series: [series('db_connection_errors_total', { labels: { ...of, pod: 'one' }, values: growing(2) })],
    checks: [silent('DatabaseConnectionFailure')],
  },
  {
    title: 'connections failed long ago',
    series: [series('db_connection_errors_total', { labels: { ...of, pod: 'one' }, values: constant(5_000) })],
    checks: [silent('DatabaseConnectionFailure')],
  },
]

export const httpCases: readonly RuleCase[] = [...errors, ...durations, ...database]
