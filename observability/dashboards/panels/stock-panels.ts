import type { Panel } from '../panel.ts'
import { chosen, maxBy, rate, sumBy } from '../promql.ts'

export const stockPanels: readonly Panel[] = [
  {
    title: 'Reserve requests',
    description:
      'Answers to orders that reserve stock. `insufficient` sells nothing; `busy` was answered 503 and is tried again.',
    unit: 'per-minute',
    queries: [{ expr: `60 * ${sumBy('result', rate(`reservations_total${chosen()}`))}`, legend: '{{result}}' }],
    drawn: 'stacked',
  },
  {
    title: 'Reservations that hold stock',
    description:
      'Made and neither bought nor given back. They end by themselves; rising without end: nobody ends them.',
    unit: 'count',
    queries: [{ expr: maxBy('namespace', `reservations_active${chosen()}`), legend: 'active' }],
  },
  {
    title: 'Products with fewer than ten',
    description:
      'How many products have fewer than ten units that nobody has reserved. The alert LowInventory names them.',
    unit: 'count',
    queries: [{ expr: maxBy('namespace', `inventory_low_products${chosen()}`), legend: 'products' }],
  },
  {
    title: 'Least available',
    description: 'Units of the ten products that have the fewest.',
    unit: 'count',
    queries: [
      { expr: `bottomk(10, ${maxBy('product_id', `inventory_low_available${chosen()}`)})`, legend: '{{product_id}}' },
    ],
    drawn: 'bars',
  },
  {
    title: 'Drift of stock',
    description:
      'Units by which stock differed from its movements and reservations when they were last compared. Anything but 0 is a fault of ours.',
    unit: 'count',
    queries: [{ expr: maxBy('namespace', `inventory_drift_units${chosen()}`), legend: 'units' }],
  },
]
