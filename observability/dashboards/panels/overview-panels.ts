import type { RenderTarget } from '../../render-target.ts'
import { countedRoutes, failed } from '../../rules/selectors.ts'
import type { Panel } from '../panel.ts'
import { chosen, quantileBy, rate, shareBy, sumBy } from '../promql.ts'
import { errorLimit, p95Limit } from './http-panels.ts'
import { cpuByPod, memoryByPod, podStatus } from './pod-panels.ts'

const histogram = 'http_request_duration_seconds'
const requests = `${histogram}_count`
/** As alerts and objectives count: probes would drown a share of errors, and make a slow service look quick. */
const counted = chosen(countedRoutes)

const requestRate: Panel = {
  title: 'Request Rate',
  description: 'Requests a second that each service answered, of all its pods together. A click leads to the service.',
  unit: 'requests-per-second',
  queries: [{ expr: sumBy('service', rate(`${requests}${counted}`)), legend: '{{service}}' }],
  leadsTo: 'board-of-service',
}

const errorRate: Panel = {
  title: 'Error Rate',
  description: 'Share of a service’s answers that were a 5xx. Above 5 % for five minutes is the alert HighErrorRate.',
  unit: 'share',
  queries: [
    {
      expr: shareBy('service', {
        part: `${requests}${chosen(countedRoutes, failed)}`,
        whole: `${requests}${counted}`,
      }),
      legend: '{{service}}',
    },
  ],
  limit: errorLimit,
  leadsTo: 'board-of-service',
}

const responseTime: Panel = {
  title: 'Response Time P95',
  description:
    '95 of 100 requests of a service were answered in less. Above 500 ms for five minutes is the alert HighResponseTime.',
  unit: 'seconds',
  queries: [{ expr: quantileBy(0.95, 'service', { histogram, series: counted }), legend: '{{service}}' }],
  limit: p95Limit,
  leadsTo: 'board-of-service',
}

/** The six of the first dashboard, in their order. */
export const overviewPanels = (target: RenderTarget): readonly Panel[] => [
  requestRate,
  errorRate,
  responseTime,
  cpuByPod(target),
  memoryByPod(target),
  podStatus(target),
]
