import { indexPattern } from '../log-stack.ts'

/** A log-based rule as Kibana's API for rules takes it. */
export type LogAlertRule = {
  readonly id: string
  readonly name: string
  readonly query: string
  /** More lines than so many in the window fire it. */
  readonly moreThan: number
  readonly windowMinutes: number
}

export const logAlertRules: readonly LogAlertRule[] = [
  { id: 'shop-logs-fatal', name: 'ShopProcessDied', query: 'level: FATAL', moreThan: 0, windowMinutes: 5 },
  { id: 'shop-logs-error-burst', name: 'ShopErrorLines', query: 'level: ERROR', moreThan: 50, windowMinutes: 5 },
  { id: 'shop-logs-malformed', name: 'ShopLinesMalformed', query: 'tags: wrong_type', moreThan: 0, windowMinutes: 60 },
]

/** Where a rule writes: Kibana's own log, which every licence has. Pages and mails come from Alertmanager. */
export const logConnector = {
  id: 'shop-log',
  body: { connector_type_id: '.server-log', name: 'Kibana’s log', config: {}, secrets: {} },
} as const

export const ruleBody = ({ name, query, moreThan, windowMinutes }: LogAlertRule) => ({
  rule_type_id: '.es-query',
  consumer: 'alerts',
  name,
  tags: ['shop'],
  schedule: { interval: '1m' },
  params: {
    searchType: 'esQuery',
    index: [indexPattern],
    timeField: '@timestamp',
    esQuery: JSON.stringify({ query: { query_string: { query } } }),
    size: 10,
    timeWindowSize: windowMinutes,
    timeWindowUnit: 'm',
    thresholdComparator: '>',
    threshold: [moreThan],
    aggType: 'count',
    groupBy: 'all',
    excludeHitsFromPreviousRun: true,
  },
  actions: [
    {
      group: 'query matched',
      id: logConnector.id,
      frequency: { summary: false, notify_when: 'onActionGroupChange', throttle: null },
      params: { level: 'error', message: `${name}: {{context.value}} lines, {{context.link}}` },
    },
  ],
})
