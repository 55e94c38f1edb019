import { type RuleCase, series } from './rule-case.ts'

const atSeconds = 45 * 60
const of = { namespace: 'shop', service: 'order-management', method: 'POST', route: '/api/v1/orders/:id/cancel' }

const count = (status: string, values: string) =>
  series('http_request_duration_seconds_count', { labels: { ...of, status_code: status }, values })

/** Half of all failed for five minutes, then none for forty: the hour still remembers, the five minutes do not. */
export const pastBurstCase: RuleCase = {
  title: 'what is over wakes nobody, although the hour is bad',
  series: [count('200', '0+50x20 1100+100x160'), count('500', '0+50x20 1000x160')],
  checks: [{ alert: 'ErrorBudgetBurningFast', atSeconds, firing: [] }],
  values: [
    {
      expr: 'slo:sli_error:ratio_rate1h{slo="orders-availability"} > bool 0.0144',
      atSeconds,
      values: [{ labels: { namespace: 'shop', slo: 'orders-availability' }, value: 1 }],
    },
  ],
}
