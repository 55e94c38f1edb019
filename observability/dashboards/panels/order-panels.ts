import type { Panel } from '../panel.ts'
import { chosen, maxBy, quantileBy, rate, sumBy } from '../promql.ts'

const aMinute = (labels: string, counter: string): string => `60 * ${sumBy(labels, rate(`${counter}${chosen()}`))}`

export const orderPanels: readonly Panel[] = [
  {
    title: 'Orders placed',
    description: 'Attempts to begin an order. `refused` is the client’s doing; `unavailable` and `failed` are ours.',
    unit: 'per-minute',
    queries: [{ expr: aMinute('result', 'orders_total'), legend: '{{result}}' }],
    drawn: 'stacked',
  },
  {
    title: 'Changes of status',
    description: 'Orders that went from one status to another, a minute.',
    unit: 'per-minute',
    queries: [{ expr: `${aMinute('from, to', 'order_transitions_total')} > 0`, legend: '{{from}} → {{to}}' }],
  },
  {
    title: 'Oldest order by status',
    description:
      'How long the oldest order has been in this status. Pending or paid for more than 30 minutes is the alert OrderProcessingDelay.',
    unit: 'seconds',
    queries: [{ expr: maxBy('status', `orders_oldest_age_seconds${chosen()}`), legend: '{{status}}' }],
    limit: { label: 'alert', value: 30 * 60 },
  },
  {
    title: 'Fulfilment time',
    description: 'From paid to shipped: half and 95 of 100 orders took less.',
    unit: 'seconds',
    queries: [0.5, 0.95].map((quantile) => ({
      expr: quantileBy(quantile, 'namespace', { histogram: 'order_fulfilment_seconds', series: chosen() }),
      legend: `p${quantile * 100}`,
    })),
  },
]

export const moneyPanels: readonly Panel[] = [
  {
    title: 'Payments',
    description:
      'What all providers told of payments. `declined` is the customer’s bank, no failure of ours; `mismatched` and `kept` need a person.',
    unit: 'per-minute',
    queries: [{ expr: aMinute('result', 'payments_total'), legend: '{{result}}' }],
  },
  {
    title: 'Captured share',
    description:
      'Share of the payments that ended which were captured. It falls where a provider or a bank declines more than usual.',
    unit: 'share',
    queries: [
      {
        expr: `${sumBy('provider', rate(`payments_total${chosen('result="captured"')}`))} / (${sumBy('provider', rate(`payments_total${chosen('result=~"captured|declined|cancelled|mismatched"')}`))} > 0)`,
        legend: '{{provider}}',
      },
    ],
  },
  {
    title: 'Refunds',
    description: 'Refunds that have ended. One that failed is money that a customer waits for.',
    unit: 'per-minute',
    queries: [{ expr: aMinute('result', 'refunds_total'), legend: '{{result}}' }],
  },
]
