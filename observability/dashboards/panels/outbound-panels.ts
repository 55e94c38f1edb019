import type { Panel } from '../panel.ts'
import { chosen, maxBy, quantileBy, rate, sumBy } from '../promql.ts'

/** Of services that call others. */
export const outboundPanels: readonly Panel[] = [
  {
    title: 'Calls by result',
    description:
      'Tries to get an answer from another service: `refused` were not made because the breaker was open, `abandoned` were given up at the caller’s deadline.',
    unit: 'per-second',
    queries: [
      {
        expr: sumBy('peer, result', rate(`outbound_request_duration_seconds_count${chosen()}`)),
        legend: '{{peer}} {{result}}',
      },
    ],
  },
  {
    title: 'Time of a call, P95',
    description: 'Of one try: 95 of 100 were answered in less.',
    unit: 'seconds',
    queries: [
      {
        expr: quantileBy(0.95, 'peer', { histogram: 'outbound_request_duration_seconds', series: chosen() }),
        legend: '{{peer}}',
      },
    ],
  },
  {
    title: 'Breakers',
    description: '0 closed, 0.5 half open, 1 open: calls to this peer are refused at once. The worst pod counts.',
    unit: 'count',
    queries: [{ expr: maxBy('peer', `breaker_state${chosen()}`), legend: '{{peer}}' }],
  },
]
