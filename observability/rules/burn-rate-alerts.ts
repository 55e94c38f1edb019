import { services } from '../../services/registry.ts'
import { type ServiceLevelObjective, serviceLevelObjectives } from '../objectives.ts'
import type { AlertRule, RuleGroup } from './rule.ts'

/** https://sre.google/workbook/alerting-on-slos/: the long window says that it matters, the short one that it goes on. */
type BurnWindow = {
  readonly alert: 'ErrorBudgetBurningFast' | 'ErrorBudgetBurningSlowly'
  /** 1 spends the whole budget in exactly its 14 days. */
  readonly burnRate: number
  readonly long: string
  readonly short: string
  readonly severity: 'critical' | 'warning'
  /** Of the budget of 14 days, when it begins to fire after burning for the long window. */
  readonly spent: string
}

export const burnWindows: readonly BurnWindow[] = [
  { alert: 'ErrorBudgetBurningFast', burnRate: 14.4, long: '1h', short: '5m', severity: 'critical', spent: '4 %' },
  { alert: 'ErrorBudgetBurningFast', burnRate: 6, long: '6h', short: '30m', severity: 'critical', spent: '11 %' },
  { alert: 'ErrorBudgetBurningSlowly', burnRate: 3, long: '1d', short: '2h', severity: 'warning', spent: '21 %' },
  { alert: 'ErrorBudgetBurningSlowly', burnRate: 1, long: '3d', short: '6h', severity: 'warning', spent: '21 %' },
]

/**
 * At one request a minute a single 503 is 1.7 % of the hour. Of bad requests rather than of all: a service that few ask
 * and that answers none of them is told of all the same.
 */
export const fewestBadRequests = 10

/** 14.4 times 0.001 is not 0.0144 to a computer. */
const readable = (value: number): number => Number(value.toPrecision(6))

const alertOf = (objective: ServiceLevelObjective, window: BurnWindow): AlertRule => {
  const { id, title, service, indicator, targetRatio } = objective
  const { alert, burnRate, long, short, severity, spent } = window
  const threshold = readable(burnRate * (1 - targetRatio))
  const above = (over: string) => `slo:sli_error:ratio_rate${over}{slo="${id}"} > ${threshold}`
  return {
    alert,
    expr: `${above(long)} and ${above(short)} and slo:sli_errors:count${long}{slo="${id}"} >= ${fewestBadRequests}`,
    forSeconds: 0,
    severity,
    labels: { slo: id, service: services[service].longName, indicator: indicator.kind, window: long },
    summary: `${id} spends its error budget ${burnRate} times as fast as it may`,
    description: `${title}. Over the last ${long} {{ $value | humanizePercentage }} were bad, where ${readable(100 * (1 - targetRatio))} % may be; ${long} at this rate are ${spent} or more of the budget of 14 days.`,
  }
}

export const burnRateAlerts: RuleGroup = {
  name: 'error-budget-alerts',
  intervalSeconds: null,
  rules: serviceLevelObjectives.flatMap((objective) => burnWindows.map((window) => alertOf(objective, window))),
}
