import type { Panel } from '../panel.ts'
import { chosen, maxBy, rate, shareBy, sumBy } from '../promql.ts'

const requests = 'cache_requests_total'

export const cachePanels: readonly Panel[] = [
  {
    title: 'Hit ratio',
    description:
      'Share of the values asked of a cache that it had. It falls after a release or a flush, and comes back by itself.',
    unit: 'share',
    queries: [
      {
        expr: shareBy('cache', {
          part: `${requests}${chosen('result=~"hit|shared"')}`,
          whole: `${requests}${chosen()}`,
        }),
        legend: '{{cache}}',
      },
    ],
  },
  {
    title: 'Where values came from',
    description: '`hit` is this process, `shared` the store that all have, `stale` an old one while the new is loaded.',
    unit: 'per-second',
    queries: [{ expr: sumBy('result', rate(`${requests}${chosen()}`)), legend: '{{result}}' }],
    drawn: 'stacked',
  },
  {
    title: 'Loads',
    description: 'Values that no cache had and that were loaded from the database, a second.',
    unit: 'per-second',
    queries: [{ expr: sumBy('cache', rate(`cache_load_total${chosen()}`)), legend: '{{cache}}' }],
  },
  {
    title: 'Without the shared store',
    description: '1 while a cache does without the store that processes share, or cannot hear of changes.',
    unit: 'count',
    queries: [{ expr: maxBy('cache, pod', `cache_degraded${chosen()}`), legend: '{{cache}} of {{pod}}' }],
  },
]
