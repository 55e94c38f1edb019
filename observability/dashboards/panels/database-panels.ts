import type { Panel } from '../panel.ts'
import { chosen, quantileBy, rate, sumBy } from '../promql.ts'

export const databasePanels: readonly Panel[] = [
  {
    title: 'Statements by kind',
    description: 'Statements a second that were answered, by their first word.',
    unit: 'per-second',
    queries: [
      { expr: sumBy('operation', rate(`db_query_duration_seconds_count${chosen()}`)), legend: '{{operation}}' },
    ],
  },
  {
    title: 'Statement time, P95',
    description:
      'From sending a statement to its whole answer: 95 of 100 took less. Includes no wait for a connection.',
    unit: 'seconds',
    queries: [
      {
        expr: quantileBy(0.95, 'operation', { histogram: 'db_query_duration_seconds', series: chosen() }),
        legend: '{{operation}}',
      },
    ],
  },
  {
    title: 'Pool',
    description:
      'Connections of all pods: in use, idle, and requests that wait for one. Waiting above 0 for long: the pool is too small, or a statement too slow.',
    unit: 'count',
    queries: [{ expr: sumBy('state', `db_pool_connections${chosen()}`), legend: '{{state}}' }],
    drawn: 'stacked',
  },
  {
    title: 'Wait for a connection, P95',
    description: 'Until a transaction, or a lane of single statements, had its connection: 95 of 100 waited less.',
    unit: 'seconds',
    queries: [
      { expr: quantileBy(0.95, 'pod', { histogram: 'db_pool_wait_seconds', series: chosen() }), legend: '{{pod}}' },
    ],
  },
  {
    title: 'Errors by SQLSTATE class',
    description:
      'Statements that ended in an error. 23 are constraints (often a client’s doing), 40 are retried, 53 and 57 are the server’s own trouble.',
    unit: 'per-second',
    queries: [{ expr: sumBy('sqlstate_class', rate(`db_errors_total${chosen()}`)), legend: '{{sqlstate_class}}' }],
  },
  {
    title: 'Connection errors',
    description:
      'Connections that could not be made, or broke while idle, a minute. More than 10 is the alert DatabaseConnectionFailure.',
    unit: 'per-minute',
    queries: [{ expr: `60 * ${sumBy('pod', rate(`db_connection_errors_total${chosen()}`))}`, legend: '{{pod}}' }],
    limit: { label: 'alert', value: 10 },
  },
]
