import { type InputSeries, type RuleCase, series } from './rule-case.ts'

const of = { namespace: 'shop', service: 'order-management', method: 'POST', route: '/api/v1/orders/:id/cancel' }
const slo = { namespace: 'shop', slo: 'orders-availability' }

/** Four steps are a minute. */
const onceAMinute = '0+0.25x240'

const count = (status: string, values: string): InputSeries =>
  series('http_request_duration_seconds_count', { labels: { ...of, status_code: status }, values })

const minutes = (many: number): number => many * 60

export const fewRequestsCases: readonly RuleCase[] = [
  {
    title: 'one request a minute, and a single 503',
    series: [count('200', onceAMinute), count('503', '0x200 1x40')],
    checks: [
      { alert: 'ErrorBudgetBurningFast', atSeconds: minutes(54.5), firing: [] },
      { alert: 'ErrorBudgetBurningSlowly', atSeconds: minutes(54.5), firing: [] },
    ],
    values: ['1h', '5m'].map((window) => ({
      expr: `slo:sli_error:ratio_rate${window}{slo="orders-availability"} > bool 0.0144`,
      atSeconds: minutes(54.5),
      values: [{ labels: slo, value: 1 }],
    })),
  },
  {
    title: 'one request a minute, and none of them is answered',
    series: [count('503', onceAMinute)],
    checks: [
      { alert: 'ErrorBudgetBurningFast', atSeconds: minutes(3), firing: [] },
      {
        alert: 'ErrorBudgetBurningFast',
        atSeconds: minutes(30),
        firing: ['1h', '6h'].map((window) => ({ labels: { ...slo, window }, value: '100%' })),
      },
    ],
  },
]
