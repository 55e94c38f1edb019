import { expect, test } from 'vitest'
import { jobNames } from '../prometheus/render-prometheus.ts'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { burnRateAlerts } from './burn-rate-alerts.ts'
import { ruleCases } from './cases/rule-cases.ts'
import { isAlert } from './rule.ts'
import { alertsOf, ruleFiles } from './rule-files.ts'
import { shopAlerts } from './shop-alerts.ts'

const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop' } },
]

test('B-7 to B-14: the eight alerts have the names, levels, thresholds and times that were asked for', () => {
  const [asked] = shopAlerts
  const lines = (asked?.rules ?? [])
    .filter(isAlert)
    .map(({ alert, severity, expr, forSeconds }) => `${alert} ${severity} ${/[<>].*$/.exec(expr)?.[0]} ${forSeconds} s`)
  expect(lines).toEqual([
    'HighErrorRate critical > 0.05 300 s',
    'PodDown critical > 0 120 s',
    'DatabaseConnectionFailure critical > 10 0 s',
    'HighMemoryUsage warning > 0.85 300 s',
    'HighCPUUsage warning > 0.8 600 s',
    'HighResponseTime warning > 0.5 300 s',
    'LowInventory business < 10 0 s',
    'OrderProcessingDelay business > 1800 0 s',
  ])
})

test('an objective of 99.9 % pages at 14.4 times over an hour and 6 times over six, and writes a ticket at 3 and 1', () => {
  const rules = burnRateAlerts.rules.filter(isAlert).filter(({ labels }) => labels?.slo === 'checkout-availability')
  expect(rules.map(({ alert, severity, expr }) => `${alert} ${severity}: ${expr}`)).toEqual([
    'ErrorBudgetBurningFast critical: slo:sli_error:ratio_rate1h{slo="checkout-availability"} > 0.0144 and slo:sli_error:ratio_rate5m{slo="checkout-availability"} > 0.0144 and slo:sli_errors:count1h{slo="checkout-availability"} >= 10',
    'ErrorBudgetBurningFast critical: slo:sli_error:ratio_rate6h{slo="checkout-availability"} > 0.006 and slo:sli_error:ratio_rate30m{slo="checkout-availability"} > 0.006 and slo:sli_errors:count6h{slo="checkout-availability"} >= 10',
    'ErrorBudgetBurningSlowly warning: slo:sli_error:ratio_rate1d{slo="checkout-availability"} > 0.003 and slo:sli_error:ratio_rate2h{slo="checkout-availability"} > 0.003 and slo:sli_errors:count1d{slo="checkout-availability"} >= 10',
    'ErrorBudgetBurningSlowly warning: slo:sli_error:ratio_rate3d{slo="checkout-availability"} > 0.001 and slo:sli_error:ratio_rate6h{slo="checkout-availability"} > 0.001 and slo:sli_errors:count3d{slo="checkout-availability"} >= 10',
  ])
})

test('the budget is told over 14 days, which Prometheus still has', () => {
  const rules = ruleFiles({ environment: 'local', discovery: localDiscovery('targets.json') }).flatMap(({ groups }) =>
    groups.flatMap((group) => group.rules),
  )
  const budget = rules.find((rule) => 'record' in rule && rule.record === 'slo:error_budget:remaining_ratio')
  expect(budget?.expr).toContain('[14d]')
})

test.each(targets)(
  'for $environment every alert has a case in which it fires, and all but the heartbeat one in which it must not',
  (target) => {
    const checks = ruleCases(target).flatMap((one) => one.checks)
    const names = [...new Set(alertsOf(target).map(({ alert }) => alert))]
    const shown = names.map((name) => {
      const own = checks.filter(({ alert }) => alert === name)
      return {
        name,
        fires: own.some(({ firing }) => firing.length > 0),
        silent: name === 'Watchdog' || own.some(({ firing }) => firing.length === 0),
      }
    })
    expect(shown.filter(({ fires, silent }) => !fires || !silent)).toEqual([])
  },
)

test('all jobs are missed where they are gone, whatever Prometheus is given to scrape', () => {
  for (const target of targets) {
    const missed = alertsOf(target).flatMap(({ expr }) => /^absent\(up\{job="([^"]+)"/.exec(expr)?.[1] ?? [])
    expect(missed.toSorted()).toEqual(jobNames(target).toSorted())
  }
})

test.each(targets)('for $environment every objective burns in some case, by each of its windows', (target) => {
  const firing = ruleCases(target).flatMap(({ checks }) => checks.flatMap((check) => check.firing))
  const shown = new Set(firing.map(({ labels }) => `${labels.slo} ${labels.window}`))
  const rules = burnRateAlerts.rules.filter(isAlert).map(({ labels }) => `${labels?.slo} ${labels?.window}`)
  expect(rules.filter((rule) => !shown.has(rule))).toEqual([])
})
