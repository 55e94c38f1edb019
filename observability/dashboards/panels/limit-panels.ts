import type { Panel } from '../panel.ts'
import { chosen, rate, sumBy } from '../promql.ts'

export const limitPanels: readonly Panel[] = [
  {
    title: 'Decisions by limit',
    description:
      'Requests that were counted against a limit, and what became of them. `limited` were answered 429. A service without a limit counts nothing.',
    unit: 'per-second',
    queries: [
      { expr: sumBy('policy, result', rate(`ratelimit_decisions_total${chosen()}`)), legend: '{{policy}} {{result}}' },
    ],
  },
  {
    title: 'Counted alone',
    description:
      'Requests that a pod counted by itself because the shared store did not answer: limits are looser meanwhile. A service without a limit counts nothing.',
    unit: 'per-second',
    queries: [{ expr: sumBy('pod', rate(`ratelimit_degraded_total${chosen()}`)), legend: '{{pod}}' }],
  },
]

/** Of services that check tokens by another’s keys and sessions. */
export const authenticationDegraded: Panel = {
  title: 'Tokens judged alone',
  description:
    'Requests whose token was judged without asking whether its session was ended, because users did not answer.',
  unit: 'per-second',
  queries: [{ expr: sumBy('pod', rate(`auth_degraded_total${chosen()}`)), legend: '{{pod}}' }],
}
