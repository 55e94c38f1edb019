import { type ServiceName, services } from '../../../services/registry.ts'
import type { Board, Row } from '../panel.ts'
import { accountPanels } from '../panels/account-panels.ts'
import { cachePanels } from '../panels/cache-panels.ts'
import { databasePanels } from '../panels/database-panels.ts'
import { consumerPanels, outboxPanels } from '../panels/event-panels.ts'
import {
  answersByClass,
  errorsByRoute,
  inFlight,
  p95ByRoute,
  quantiles,
  requestsByRoute,
} from '../panels/http-panels.ts'
import { authenticationDegraded, limitPanels } from '../panels/limit-panels.ts'
import { outboundPanels } from '../panels/outbound-panels.ts'
import { processPanels } from '../panels/process-panels.ts'
import { stockPanels } from '../panels/stock-panels.ts'
import { uidOfService } from '../uids.ts'

/** What one service does that the others do not. Orders have a board of their own. */
const ownRows: Readonly<Record<ServiceName, readonly Row[]>> = {
  users: [{ title: 'Accounts', panels: accountPanels }],
  catalog: [
    { title: 'Stock', panels: stockPanels },
    { title: 'Cache', panels: cachePanels },
  ],
  orders: [],
}

export const serviceBoard = (name: ServiceName): Board => {
  const { longName, calls } = services[name]
  // Who calls others judges tokens by another's keys and hears of its events.
  const isCaller = calls.length > 0
  return {
    uid: uidOfService(longName),
    title: `Service: ${longName}`,
    description: `What ${longName} answers, waits for and uses, by route and by pod.`,
    service: longName,
    variables: ['namespace', 'service', 'pod'],
    rows: [
      {
        title: 'Requests',
        panels: [requestsByRoute, errorsByRoute, p95ByRoute, quantiles, answersByClass, inFlight],
      },
      ...ownRows[name],
      { title: 'Database', panels: databasePanels },
      ...(isCaller ? [{ title: 'Calls to other services', panels: outboundPanels }] : []),
      { title: 'Limits', panels: isCaller ? [...limitPanels, authenticationDegraded] : limitPanels },
      { title: 'Events', panels: isCaller ? [...outboxPanels, ...consumerPanels] : outboxPanels },
      { title: 'Event loop and process', panels: processPanels },
    ],
  }
}
