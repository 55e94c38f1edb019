import { type ServiceLevelObjective, serviceLevelObjectives } from '../objectives.ts'
import { evaluationSeconds } from '../prometheus/evaluation.ts'
import type { RecordingRule, RuleGroup } from './rule.ts'
import { bucketMatcher, failed, notFailed, objectiveMatcher } from './selectors.ts'

const rate = (series: 'count' | 'bucket', matchers: readonly string[]): string =>
  `sum by (namespace) (rate(http_request_duration_seconds_${series}{${matchers.join(',')}}[5m]))`

type Rates = { readonly requests: string; readonly errors: string }

const ratesOf = (objective: ServiceLevelObjective): Rates => {
  const matcher = objectiveMatcher(objective)
  if (objective.indicator.kind === 'availability') {
    const requests = rate('count', [matcher])
    return { requests, errors: `${rate('count', [matcher, failed])} or 0 * ${requests}` }
  }
  const requests = rate('count', [matcher, notFailed])
  const quick = rate('bucket', [matcher, notFailed, bucketMatcher(objective.indicator.thresholdSeconds)])
  return { requests, errors: `${requests} - ${quick}` }
}

const rulesOf = (objective: ServiceLevelObjective): readonly RecordingRule[] => {
  const { requests, errors } = ratesOf(objective)
  const labels = { slo: objective.id }
  return [
    { record: 'slo:sli_requests:rate5m', expr: requests, labels },
    { record: 'slo:sli_errors:rate5m', expr: errors, labels },
  ]
}

/** Of what was recorded every 15 s: days of the raw histograms are more samples than Prometheus reads for one query. */
const share = (window: string): string =>
  `avg_over_time(slo:sli_errors:rate5m[${window}]) / (avg_over_time(slo:sli_requests:rate5m[${window}]) > 0)`

const ratio = (window: string): RecordingRule => ({
  record: `slo:sli_error:ratio_rate${window}`,
  expr: window === '5m' ? 'slo:sli_errors:rate5m / (slo:sli_requests:rate5m > 0)' : share(window),
})

/** Bad requests, as many as were: of a service that is hardly asked a share says little. */
const badCount = (window: string): RecordingRule => ({
  record: `slo:sli_errors:count${window}`,
  expr: `sum_over_time(slo:sli_errors:rate5m[${window}]) * ${evaluationSeconds}`,
})

const budgetDays = Math.max(...serviceLevelObjectives.map(({ windowDays }) => windowDays))

/** What each objective counts as bad, over every window that an alert or a person looks at. */
export const objectiveRules: readonly RuleGroup[] = [
  {
    name: 'objectives',
    intervalSeconds: null,
    rules: [
      ...serviceLevelObjectives.flatMap(rulesOf),
      ...serviceLevelObjectives.map(({ id, targetRatio }) => ({
        record: 'slo:objective:ratio',
        expr: `vector(${targetRatio})`,
        labels: { slo: id },
      })),
      ...['5m', '30m', '1h', '2h', '6h'].map(ratio),
      ...['1h', '6h'].map(badCount),
    ],
  },
  {
    name: 'error-budgets',
    // Days do not change within seconds, and cost the more to read.
    intervalSeconds: 60,
    rules: [
      ratio('1d'),
      ratio('3d'),
      badCount('1d'),
      badCount('3d'),
      {
        record: 'slo:error_budget:remaining_ratio',
        expr: `1 - (${share(`${budgetDays}d`)}) / on (slo) group_left () (1 - slo:objective:ratio)`,
      },
    ],
  },
]
