import type { AlertRule, RuleGroup } from './rule.ts'

const minutes = (count: number): number => count * 60

/** The eight alerts that were asked for (B-7 to B-14): names, levels, thresholds and times are theirs. */
const asked: readonly AlertRule[] = [
  {
    alert: 'HighErrorRate',
    expr: 'service:http_errors:ratio_rate5m > 0.05',
    forSeconds: minutes(5),
    severity: 'critical',
    summary: '{{ $labels.service }} answers {{ $value | humanizePercentage }} of requests with a 5xx',
    description: 'More than 5 % of its answers have been 5xx for five minutes.',
  },
  {
    alert: 'PodDown',
    expr: 'service:pods_unavailable:count > 0',
    forSeconds: minutes(2),
    severity: 'critical',
    summary: '{{ $value }} of the pods of {{ $labels.service }} are missing',
    description:
      'Fewer pods than have been wanted for ten minutes were available for two; a rollout takes none away, and pods that the autoscaler has just asked for do not count.',
  },
  {
    alert: 'DatabaseConnectionFailure',
    expr: 'sum by (namespace, service) (increase(db_connection_errors_total[1m])) > 10',
    forSeconds: 0,
    severity: 'critical',
    summary: '{{ $labels.service }} cannot connect to its database',
    description: '{{ $value | printf "%.0f" }} connections could not be made or broke within a minute.',
  },
  {
    alert: 'HighMemoryUsage',
    expr: 'pod:memory_usage:ratio_of_limit > 0.85',
    forSeconds: minutes(5),
    severity: 'warning',
    summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit',
    description: 'At 100 % the kernel ends the process in the midst of its requests.',
  },
  {
    alert: 'HighCPUUsage',
    expr: 'pod:cpu_usage:ratio_of_limit > 0.8',
    forSeconds: minutes(10),
    severity: 'warning',
    summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its CPU limit',
    description: 'Above its limit a process is held back, and every request waits.',
  },
  {
    alert: 'HighResponseTime',
    expr: 'service:http_request_duration_seconds:p95_5m > 0.5',
    forSeconds: minutes(5),
    severity: 'warning',
    labels: { indicator: 'latency' },
    summary: '{{ $labels.service }} takes {{ $value | humanizeDuration }} for 1 of 20 requests, or longer',
    description: 'The 95th percentile has been above 500 ms for five minutes.',
  },
  {
    alert: 'LowInventory',
    expr: 'min by (namespace, service, product_id) (inventory_low_available) < 10',
    forSeconds: 0,
    severity: 'business',
    summary: '{{ $value }} of product {{ $labels.product_id }} are left',
    description: 'Fewer than ten can be sold: what is there, without what is reserved.',
  },
  {
    alert: 'OrderProcessingDelay',
    expr: 'max by (namespace, service, status) (orders_oldest_age_seconds{status=~"pending|paid"}) > 1800',
    forSeconds: 0,
    severity: 'business',
    summary: 'An order has been {{ $labels.status }} for {{ $value | humanizeDuration }}',
    description: 'Orders should not be pending or paid for more than 30 minutes without moving on.',
  },
]

/** What the shop does behind its answers, and nobody would see fail. */
const behind: readonly AlertRule[] = [
  {
    alert: 'OutboxLagging',
    expr: 'max by (namespace, service) (outbox_lag_seconds) > 60',
    forSeconds: minutes(5),
    severity: 'warning',
    summary: 'Events of {{ $labels.service }} have waited {{ $value | humanizeDuration }} for the bus',
    description: 'What other services and customers should hear of is kept, and told late.',
  },
  {
    alert: 'DeadEvents',
    expr: 'max by (namespace, service, consumer) (dead_events) > 0',
    forSeconds: minutes(5),
    severity: 'warning',
    summary: '{{ $labels.consumer }} gave up {{ $value }} events',
    description: 'Each failed at every try, and takes effect only once somebody gives it back.',
  },
  {
    alert: 'WebhookEventsParked',
    expr: 'max by (namespace, service) (webhook_events_parked) > 0',
    forSeconds: minutes(5),
    severity: 'warning',
    summary: '{{ $value }} webhooks could not be applied within a day',
    description: 'A payment, refund or parcel that a provider told of is not in its order.',
  },
  {
    alert: 'OrderTasksParked',
    expr: 'sum by (namespace, service, kind) (increase(order_tasks_parked_total[1h])) > 0',
    forSeconds: 0,
    severity: 'warning',
    summary: 'Work of the kind {{ $labels.kind }} was given up for an order',
    description: 'Stock or money of an order stays as it is until somebody looks at it.',
  },
  {
    alert: 'InventoryDrift',
    expr: 'max by (namespace, service) (inventory_drift_units) > 0',
    forSeconds: minutes(10),
    severity: 'warning',
    summary: 'Stock differs by {{ $value }} units from its movements and reservations',
    description: 'Somebody changed stock past the service, or a movement was lost.',
  },
  {
    alert: 'TargetNotScraped',
    expr: 'up == 0',
    forSeconds: minutes(5),
    severity: 'warning',
    summary: 'Prometheus does not reach {{ $labels.instance }} of {{ $labels.job }}',
    description: 'What it would have told is missing, so that other alerts about it cannot fire.',
  },
]

/** Tells nobody: of a service that is hardly there it is known why it is slow. */
const silencing: AlertRule = {
  alert: 'MostPodsDown',
  expr: 'service:pods_available:ratio < 0.5',
  forSeconds: minutes(2),
  severity: 'none',
  summary: 'Only {{ $value | humanizePercentage }} of the pods of {{ $labels.service }} are there',
  description: 'PodDown tells people of it. This one only silences alerts on the latency of what is left.',
}

export const shopAlerts: readonly RuleGroup[] = [
  { name: 'shop-alerts', intervalSeconds: null, rules: asked },
  { name: 'background-alerts', intervalSeconds: null, rules: [...behind, silencing] },
]
