import type { Panel } from '../panel.ts'

const inNamespace = '{namespace=~"$namespace"}'

/** From the recording rules of observability/rules/, which are made from the objectives. */
export const budgetPanels: readonly Panel[] = [
  {
    title: 'Budget left',
    description:
      'Share of the errors that an objective allows in 14 days which are not used up yet, now. Below 0 the objective is missed: what ships then should make the shop more reliable.',
    unit: 'share',
    queries: [{ expr: `slo:error_budget:remaining_ratio${inNamespace}`, legend: '{{slo}}' }],
    drawn: 'bars',
    limit: { label: 'used up', value: 0 },
  },
  {
    title: 'Budget over time',
    description: 'The same over time. Steps down are incidents; compare them with deploys.',
    unit: 'share',
    queries: [{ expr: `slo:error_budget:remaining_ratio${inNamespace}`, legend: '{{slo}}' }],
    limit: { label: 'used up', value: 0 },
  },
]

/** 1 uses the budget up in exactly 14 days. */
const burnRate = (window: string): string =>
  `slo:sli_error:ratio_rate${window}${inNamespace} / on (slo) group_left () (1 - slo:objective:ratio)`

export const burnPanels: readonly Panel[] = [
  {
    title: 'Burn rate, 1 h',
    description:
      'How many times faster than allowed the budget is used. 1 lasts for the 14 days; the fast alert looks at this window.',
    unit: 'count',
    queries: [{ expr: burnRate('1h'), legend: '{{slo}}' }],
    limit: { label: 'as allowed', value: 1 },
  },
  {
    title: 'Burn rate, 6 h',
    description: 'The same over six hours: slower trouble, with less noise.',
    unit: 'count',
    queries: [{ expr: burnRate('6h'), legend: '{{slo}}' }],
    limit: { label: 'as allowed', value: 1 },
  },
  {
    title: 'Share that missed, 5 min',
    description: 'Of the requests that an objective counts: errors of availability, too slow ones of latency.',
    unit: 'share',
    queries: [{ expr: `slo:sli_error:ratio_rate5m${inNamespace}`, legend: '{{slo}}' }],
  },
  {
    title: 'Share that missed, 1 d',
    description: 'The same over a day.',
    unit: 'share',
    queries: [{ expr: `slo:sli_error:ratio_rate1d${inNamespace}`, legend: '{{slo}}' }],
  },
]
