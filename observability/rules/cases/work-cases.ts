import { constant, fires, type RuleCase, series, silent } from './rule-case.ts'

const replicas = ['one', 'two']

type Gauge = {
  readonly name: string
  readonly service: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Asked of the same tables by every replica, so that all of them say the same. */
const everywhere = ({ name, service, labels = {}, value }: Gauge) =>
  replicas.map((pod) =>
    series(name, { labels: { namespace: 'shop', service, pod, ...labels }, values: constant(value) }),
  )

type Limit = Omit<Gauge, 'value'> & {
  readonly alert: string
  readonly above: number
  readonly below: number
  /** How the rule's text says `above`. */
  readonly value: string
}

/** Fires above, once for all replicas, and not below. */
const limitCases = ({ alert, above, below, value, ...gauge }: Limit): readonly RuleCase[] => {
  const labels = { namespace: 'shop', service: gauge.service, ...gauge.labels }
  return [
    {
      title: `${gauge.name} is ${above}`,
      series: everywhere({ ...gauge, value: above }),
      checks: [fires(alert, { labels, value })],
    },
    { title: `${gauge.name} is ${below}`, series: everywhere({ ...gauge, value: below }), checks: [silent(alert)] },
  ]
}

const [catalog, orders] = ['product-catalog', 'order-management'] as const

const limits: readonly Limit[] = [
  {
    alert: 'LowInventory',
    name: 'inventory_low_available',
    service: catalog,
    labels: { product_id: '0190c4b0' },
    above: 4,
    below: 10,
    value: '4',
  },
  {
    alert: 'OrderProcessingDelay',
    name: 'orders_oldest_age_seconds',
    service: orders,
    labels: { status: 'paid' },
    above: 1_801,
    below: 1_800,
    value: '30m 1s',
  },
  { alert: 'OutboxLagging', name: 'outbox_lag_seconds', service: orders, above: 61, below: 59, value: '1m 1s' },
  {
    alert: 'DeadEvents',
    name: 'dead_events',
    service: orders,
    labels: { consumer: 'orders-counters' },
    above: 2,
    below: 0,
    value: '2',
  },
  { alert: 'WebhookEventsParked', name: 'webhook_events_parked', service: orders, above: 1, below: 0, value: '1' },
  { alert: 'InventoryDrift', name: 'inventory_drift_units', service: catalog, above: 3, below: 0, value: '3' },
]

const parked = (values: string) => [
  series('order_tasks_parked_total', {
    labels: { namespace: 'shop', service: orders, pod: 'one', kind: 'refund' },
    values,
  }),
]

export const workCases: readonly RuleCase[] = [
  ...limits.flatMap(limitCases),
  {
    title: 'an order is on its way for long',
    series: everywhere({
      name: 'orders_oldest_age_seconds',
      service: orders,
      labels: { status: 'shipped' },
      value: 90_000,
    }),
    checks: [silent('OrderProcessingDelay')],
  },
  {
    title: 'a task was given up a minute ago',
    series: parked('0x4 1x40'),
    checks: [fires('OrderTasksParked', { labels: { namespace: 'shop', service: orders, kind: 'refund' }, value: '1' })],
  },
  { title: 'no task was given up since the start', series: parked(constant(2)), checks: [silent('OrderTasksParked')] },
]
