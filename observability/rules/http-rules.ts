import type { RecordingRule, RuleGroup } from './rule.ts'
import { countedRoutes, failed } from './selectors.ts'

const requests = `sum by (namespace, service) (rate(http_request_duration_seconds_count{${countedRoutes}}[5m]))`
const errors = `sum by (namespace, service) (rate(http_request_duration_seconds_count{${countedRoutes},${failed}}[5m]))`

const quantile = (percent: number): RecordingRule => ({
  record: `service:http_request_duration_seconds:p${percent}_5m`,
  expr: `histogram_quantile(${percent / 100}, sum by (namespace, service, le) (rate(http_request_duration_seconds_bucket{${countedRoutes}}[5m])))`,
})

/** Requests, errors and durations of each service: what alerts, dashboards and the gate read. */
export const httpRules: RuleGroup = {
  name: 'http',
  intervalSeconds: null,
  rules: [
    { record: 'service:http_requests:rate5m', expr: requests },
    {
      record: 'service:http_errors:ratio_rate5m',
      // A series of errors begins with the first error; until then it is 0 of what is asked.
      expr: `(${errors} or 0 * service:http_requests:rate5m) / (service:http_requests:rate5m > 0)`,
    },
    quantile(50),
    quantile(95),
    quantile(99),
  ],
}
