import { serviceNames } from '../../../services/registry.ts'
import type { RenderTarget } from '../../render-target.ts'
import type { Board } from '../panel.ts'
import { budgetPanels, burnPanels } from '../panels/budget-panels.ts'
import { capacityRows } from '../panels/capacity-panels.ts'
import { consumerPanels, outboxPanels, webhookPanels } from '../panels/event-panels.ts'
import { moneyPanels, orderPanels } from '../panels/order-panels.ts'
import { overviewPanels } from '../panels/overview-panels.ts'
import { stockPanels } from '../panels/stock-panels.ts'
import { uids } from '../uids.ts'
import { serviceBoard } from './service-board.ts'

const byAll = ['namespace', 'service', 'pod'] as const

const overview = (target: RenderTarget): Board => ({
  uid: uids.overview,
  title: 'E-Commerce Overview',
  description: 'Is the shop well? Traffic, errors and latency of each service, and what its pods use.',
  service: null,
  variables: byAll,
  rows: [{ title: 'Shop', panels: overviewPanels(target) }],
})

const budgets: Board = {
  uid: uids.budgets,
  title: 'Error budgets',
  description: 'What is left of what the objectives allow (observability/objectives.ts), and how fast it goes.',
  service: null,
  variables: ['namespace'],
  rows: [
    { title: 'Budgets', panels: budgetPanels },
    { title: 'Burn rates', panels: burnPanels },
  ],
}

const orders: Board = {
  uid: uids.orders,
  title: 'Orders and money',
  description: 'What customers buy, where orders wait, what is paid and given back, and what is left to sell.',
  service: null,
  variables: byAll,
  rows: [
    { title: 'Orders', panels: orderPanels },
    { title: 'Money', panels: moneyPanels },
    { title: 'Stock', panels: stockPanels },
  ],
}

const events: Board = {
  uid: uids.events,
  title: 'Saga and events',
  description: 'Whether what one service tells arrives at the others, and what waits for a person.',
  service: null,
  variables: byAll,
  rows: [
    { title: 'Outboxes', panels: outboxPanels },
    { title: 'Consumers', panels: consumerPanels },
    { title: 'Webhooks and the saga', panels: webhookPanels },
  ],
}

const capacity = (target: RenderTarget): Board => ({
  uid: uids.capacity,
  title: 'Capacity',
  description: 'How much room there is before something is full: pods, pools, nodes, and Prometheus itself.',
  service: null,
  variables: byAll,
  rows: capacityRows(target),
})

/** In the order in which people look: the shop, its promises, its business, its parts. */
export const boardsFor = (target: RenderTarget): readonly Board[] => [
  overview(target),
  budgets,
  orders,
  events,
  ...serviceNames.map(serviceBoard),
  capacity(target),
]
