import { Counter } from 'prom-client'
import type { Metrics } from '../metrics.ts'

const results = ['allowed', 'limited', 'bypassed'] as const
export type RateResult = (typeof results)[number]

export type RateMetrics = ReturnType<typeof createRateMetrics>

/** Made once a service; `policies` are there from the start with 0. */
export function createRateMetrics({ registry }: Metrics, policies: readonly string[]) {
  const decisions = new Counter({
    name: 'ratelimit_decisions_total',
    help: 'Requests that were counted against a limit, by what became of them',
    labelNames: ['policy', 'result'] as const,
    registers: [registry],
  })
  const degraded = new Counter({
    name: 'ratelimit_degraded_total',
    help: 'Requests that this process counted alone, because the shared store did not answer',
    registers: [registry],
  })
  for (const policy of policies) for (const result of results) decisions.inc({ policy, result }, 0)
  return {
    countDecision: (policy: string, result: RateResult) => decisions.inc({ policy, result }),
    countDegraded: () => degraded.inc(),
  }
}
