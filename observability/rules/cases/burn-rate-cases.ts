import { services } from '../../../services/registry.ts'
import { type ServiceLevelObjective, serviceLevelObjectives } from '../../objectives.ts'
import { burnWindows } from '../burn-rate-alerts.ts'
import {
  type FiringAlert,
  growing,
  type InputSeries,
  type RuleCase,
  type RuleCheck,
  series,
  type ValueCheck,
} from './rule-case.ts'

const requestsPerStep = 10_000
/** Above every objective's threshold. */
const slowest = '10'

/** Requests that objectives of the whole service count, and those of journeys. */
const counted = serviceLevelObjectives.flatMap(({ service, requests }) =>
  (requests?.routes ?? []).map((route) => ({ service, method: requests?.method ?? '', route })),
)
const unique = [...new Map(counted.map((one) => [`${one.service} ${one.method} ${one.route}`, one])).values()]

const thresholds = [
  ...new Set(
    serviceLevelObjectives.flatMap(({ indicator }) =>
      indicator.kind === 'latency' ? [String(indicator.thresholdSeconds)] : [],
    ),
  ),
]

/** Of 1: which share of requests are errors, and which share of the others is slow. */
type Bad = Readonly<Record<ServiceLevelObjective['indicator']['kind'], number>>

/** Every route alike. */
const requestsOf = (bad: Bad, { service, method, route }: (typeof unique)[number]): readonly InputSeries[] => {
  const of = { namespace: 'shop', service: services[service].longName, method, route }
  const count = (status: string, perStep: number) =>
    series('http_request_duration_seconds_count', { labels: { ...of, status_code: status }, values: growing(perStep) })
  const within = (le: string, perStep: number) =>
    series('http_request_duration_seconds_bucket', {
      labels: { ...of, status_code: '200', le },
      values: growing(perStep),
    })
  const answered = requestsPerStep * (1 - bad.availability)
  return [
    count('200', answered),
    count('500', requestsPerStep * bad.availability),
    ...thresholds.map((le) => within(le, answered * (1 - bad.latency))),
    within(slowest, answered),
  ]
}

const firingOf = (bad: Bad, alert: string): readonly FiringAlert[] =>
  serviceLevelObjectives.flatMap(({ id, indicator, targetRatio }) => {
    const share = bad[indicator.kind]
    return burnWindows
      .filter((window) => window.alert === alert && share > window.burnRate * (1 - targetRatio))
      .map(({ long }) => ({
        labels: { namespace: 'shop', slo: id, window: long },
        value: `${Number((share * 100).toPrecision(4))}%`,
      }))
  })

const check = (bad: Bad, alert: string): RuleCheck => ({ alert, atSeconds: null, firing: firingOf(bad, alert) })

/** Of a budget of one in a thousand, two in a thousand spend twice as much as there is: 1 - 2. */
const budgets = (bad: Bad): ValueCheck => ({
  // What a computer makes of 0.002 / 0.001 is not to the point.
  expr: 'round(slo:error_budget:remaining_ratio, 1e-6)',
  atSeconds: 120,
  values: serviceLevelObjectives.map(({ id, indicator, targetRatio }) => ({
    labels: { namespace: 'shop', slo: id },
    value: Number((1 - bad[indicator.kind] / (1 - targetRatio)).toFixed(6)),
  })),
})

const burning = (bad: Bad): RuleCase => ({
  title: `${bad.availability * 100} % are errors and ${bad.latency * 100} % slow, everywhere`,
  series: unique.flatMap((requests) => requestsOf(bad, requests)),
  checks: [check(bad, 'ErrorBudgetBurningFast'), check(bad, 'ErrorBudgetBurningSlowly')],
  values: [budgets(bad)],
})

/** Each lies between two burn rates of some objective, from none to all. */
export const burnRateCases: readonly RuleCase[] = [
  { availability: 0.0005, latency: 0.005 },
  { availability: 0.002, latency: 0.02 },
  { availability: 0.004, latency: 0.1 },
  { availability: 0.008, latency: 0.2 },
  { availability: 0.02, latency: 0.4 },
  { availability: 0, latency: 0.8 },
].map(burning)
