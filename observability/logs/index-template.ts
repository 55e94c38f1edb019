import { errorParts, type LogFieldType, logFields } from './log-fields.ts'
import { indexPattern, keptDays, policyName } from './log-stack.ts'

/** Longer ones are kept with the line, and not found by it. */
const keyword = { type: 'keyword', ignore_above: 1_024 } as const
const number = (type: 'short' | 'integer' | 'long' | 'float') => ({ type, ignore_malformed: true }) as const
const text = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } } as const

const error = {
  type: 'object',
  dynamic: false,
  properties: Object.fromEntries(errorParts.map((part) => [part, part === 'stack' ? { type: 'text' } : keyword])),
} as const

const kept: Readonly<Record<LogFieldType, object>> = {
  date: { type: 'date', ignore_malformed: true },
  keyword,
  text,
  short: number('short'),
  integer: number('integer'),
  long: number('long'),
  float: number('float'),
  ip: { type: 'ip', ignore_malformed: true },
  error,
}

/** Names of one's own: each is one text, so that however many there are the index has one field. */
const flattened = { type: 'flattened', ignore_above: 1_024 } as const

/** What the pipeline adds to a line. */
const added = {
  '@timestamp': { type: 'date' },
  tags: keyword,
  node: keyword,
  container_name: keyword,
  details: flattened,
  malformed: flattened,
  geo: {
    type: 'object',
    dynamic: false,
    properties: {
      country_code2: keyword,
      region_name: keyword,
      city_name: keyword,
      location: { type: 'geo_point', ignore_malformed: true },
    },
  },
  client: {
    type: 'object',
    dynamic: false,
    properties: { name: keyword, version: keyword, os_name: keyword, device: keyword },
  },
} as const

/**
 * Of each day's index. A field that it does not know is kept unread, a value that is none is passed over: no line can
 * change the index for the others. Above 100, where Elasticsearch has its own template that makes data streams.
 */
export const indexTemplate = {
  index_patterns: [indexPattern],
  priority: 500,
  template: {
    settings: {
      number_of_shards: 3,
      number_of_replicas: 1,
      'index.codec': 'best_compression',
      'index.refresh_interval': '5s',
      'index.lifecycle.name': policyName,
      // Kept so long from the day in its name, however late it was made.
      'index.lifecycle.parse_origination_date': true,
    },
    mappings: {
      dynamic: false,
      properties: { ...Object.fromEntries(logFields.map(({ name, type }) => [name, kept[type]])), ...added },
    },
  },
  _meta: { description: 'Lines of the shop’s logs, an index a namespace and day', managed_by: 'shopctl' },
} as const

/** Whatever is older than that many days is deleted. */
export const lifecyclePolicy = {
  policy: {
    phases: {
      hot: { min_age: '0ms', actions: { set_priority: { priority: 100 } } },
      delete: { min_age: `${keptDays}d`, actions: { delete: {} } },
    },
    _meta: { description: 'Lines of the shop’s logs', managed_by: 'shopctl' },
  },
} as const
