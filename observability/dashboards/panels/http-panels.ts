import { shopObjectives } from '../../objectives.ts'
import { countedRoutes } from '../../rules/selectors.ts'
import type { Panel } from '../panel.ts'
import { chosen, quantileBy, rate, shareBy, sumBy } from '../promql.ts'

const histogram = 'http_request_duration_seconds'
const requests = `${histogram}_count`
const answered5xx = chosen('status_code=~"5.."')

export const p95Limit = { label: 'objective', value: shopObjectives.p95Milliseconds / 1_000 }
export const errorLimit = { label: 'objective', value: shopObjectives.errorShare }

/** A service's own requests, by how they are named: rate, errors, duration. */
export const requestsByRoute: Panel = {
  title: 'Requests by route',
  description: 'Requests a second of each route template. `unmatched` are addresses that the service does not have.',
  unit: 'requests-per-second',
  queries: [{ expr: sumBy('method, route', rate(`${requests}${chosen()}`)), legend: '{{method}} {{route}}' }],
}

export const errorsByRoute: Panel = {
  title: 'Errors by route',
  description: 'Share of the answers of a route that were a 5xx. What clients do wrong (4xx) is no error of ours.',
  unit: 'share',
  queries: [
    {
      expr: shareBy('method, route', { part: `${requests}${answered5xx}`, whole: `${requests}${chosen()}` }),
      legend: '{{method}} {{route}}',
    },
  ],
  limit: errorLimit,
}

export const p95ByRoute: Panel = {
  title: 'P95 by route',
  description:
    '95 of 100 requests of a route were answered in less. Routes with a password or a payment are slow on purpose.',
  unit: 'seconds',
  queries: [
    { expr: quantileBy(0.95, 'method, route', { histogram, series: chosen() }), legend: '{{method}} {{route}}' },
  ],
  limit: p95Limit,
}

export const answersByClass: Panel = {
  title: 'Answers by class',
  description:
    '4xx beside 5xx, each a second. Many 4xx at once after a release are a broken client or a broken contract.',
  unit: 'requests-per-second',
  queries: ['2', '3', '4', '5'].map((digit) => ({
    expr: sumBy('service', rate(`${requests}${chosen(`status_code=~"${digit}.."`)}`)),
    legend: `${digit}xx`,
  })),
  drawn: 'stacked',
}

export const quantiles: Panel = {
  title: 'Response time',
  description: 'Of all routes but probes together: half, 95 and 99 of 100 requests were answered in less.',
  unit: 'seconds',
  queries: [0.5, 0.95, 0.99].map((quantile) => ({
    expr: quantileBy(quantile, 'service', { histogram, series: chosen(countedRoutes) }),
    legend: `p${quantile * 100}`,
  })),
  limit: p95Limit,
}

export const inFlight: Panel = {
  title: 'Requests in flight',
  description: 'Requests that are being answered now, by pod. Rising while the request rate does not: something waits.',
  unit: 'count',
  queries: [{ expr: sumBy('pod', `http_requests_in_flight${chosen()}`), legend: '{{pod}}' }],
}
