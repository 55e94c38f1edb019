import type { Panel } from '../panel.ts'
import { chosen, maxBy, quantileBy, rate, sumBy } from '../promql.ts'

export const outboxPanels: readonly Panel[] = [
  {
    title: 'Published events',
    description: 'Events of the outboxes that the bus has confirmed, a second, by their type.',
    unit: 'per-second',
    queries: [{ expr: sumBy('type', rate(`events_published_total${chosen()}`)), legend: '{{type}}' }],
  },
  {
    title: 'Outbox lag',
    description:
      'How long the oldest event has waited that the bus would take. Seconds are the bus; minutes are a relay that stands.',
    unit: 'seconds',
    queries: [{ expr: maxBy('service', `outbox_lag_seconds${chosen()}`), legend: '{{service}}' }],
  },
  {
    title: 'Not yet published',
    description: 'Events of the outbox that the bus has not confirmed, also those that it refuses.',
    unit: 'count',
    queries: [{ expr: maxBy('service', `outbox_unpublished${chosen()}`), legend: '{{service}}' }],
  },
]

export const consumerPanels: readonly Panel[] = [
  {
    title: 'Consumer lag',
    description: 'Events on the bus that a consumer has not finished.',
    unit: 'count',
    queries: [{ expr: maxBy('consumer', `bus_lag${chosen()}`), legend: '{{consumer}}' }],
  },
  {
    title: 'Handled events',
    description:
      'Attempts to handle an event, by how they ended. `repeated` was done before and changed nothing; `failed` is tried again; `dead` was given up.',
    unit: 'per-second',
    queries: [
      {
        expr: sumBy('consumer, result', rate(`events_handled_total${chosen()}`)),
        legend: '{{consumer}} {{result}}',
      },
    ],
  },
  {
    title: 'Time of an attempt, P95',
    description: 'With its transaction: 95 of 100 attempts took less.',
    unit: 'seconds',
    queries: [
      {
        expr: quantileBy(0.95, 'consumer', { histogram: 'event_handler_duration_seconds', series: chosen() }),
        legend: '{{consumer}}',
      },
    ],
  },
  {
    title: 'Dead events',
    description: 'Given up, and neither sent again nor dropped by anybody. Look: `shopctl events dead list`.',
    unit: 'count',
    queries: [{ expr: maxBy('consumer', `dead_events${chosen()}`), legend: '{{consumer}}' }],
  },
  {
    title: 'Ignored events',
    description: 'Of a type or version that the consumer does not know, a second.',
    unit: 'per-second',
    queries: [{ expr: sumBy('consumer', rate(`events_ignored_total${chosen()}`)), legend: '{{consumer}}' }],
  },
]

export const webhookPanels: readonly Panel[] = [
  {
    title: 'Webhooks',
    description: 'Received from providers. `refused` had no good signature; `repeated` change nothing.',
    unit: 'per-minute',
    queries: [
      {
        expr: `60 * ${sumBy('result', rate(`webhook_events_total${chosen()}`))}`,
        legend: '{{result}}',
      },
    ],
  },
  {
    title: 'Parked webhooks',
    description: 'Webhooks that nobody could apply within a day: somebody has to look at them.',
    unit: 'count',
    queries: [{ expr: maxBy('namespace', `webhook_events_parked${chosen()}`), legend: 'parked' }],
  },
  {
    title: 'Parked tasks of the saga',
    description: 'Remote work for an order that no try can do, by kind, an hour: an order waits for a person.',
    unit: 'count',
    queries: [{ expr: sumBy('kind', `increase(order_tasks_parked_total${chosen()}[1h])`), legend: '{{kind}}' }],
  },
]
