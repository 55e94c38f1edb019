import { logFields, logLevels, timestampPattern } from '../log-fields.ts'
import { namespacePattern, unknownNamespace } from '../log-stack.ts'
import type { Condition, LogFilter, Reference } from './log-filter.ts'

export const tags = {
  notJson: 'not_json',
  wrongType: 'wrong_type',
  unknownLevel: 'unknown_level',
  noTimestamp: 'no_timestamp',
  strangeNamespace: 'strange_namespace',
} as const

const matches = (field: Reference, pattern: string): Condition => ({ when: 'matches', field, pattern })
const isText = (field: Reference): Condition => matches(field, '[\\s\\S]+')
const not = (condition: Condition): Condition => ({ when: 'not', condition })

/** A text that begins and ends like an object: of a number or a list nothing could be read. */
const parse: LogFilter = {
  do: 'if',
  condition: matches('[message]', '\\s*\\{[\\s\\S]*\\}\\s*'),
  filters: [{ do: 'json', source: '[message]', target: '[line]', failureTag: tags.notJson }],
  otherwise: [{ do: 'tag', tag: tags.notJson }],
}

/** What could not be parsed keeps its text as the message. */
const adopt: LogFilter = {
  do: 'if',
  condition: not({ when: 'tagged', tag: tags.notJson }),
  filters: [
    { do: 'remove', fields: ['[message]'] },
    { do: 'adopt', source: '[line]', fields: logFields },
  ],
}

/** What Kubernetes says of a line's origin is believed rather than the line. */
const fromKubernetes = (from: Reference, to: Reference): LogFilter => ({
  do: 'if',
  condition: isText(from),
  filters: [{ do: 'rename', from, to }],
})

const kubernetes: readonly LogFilter[] = [
  fromKubernetes('[kubernetes][namespace]', '[namespace]'),
  fromKubernetes('[kubernetes][pod][name]', '[pod]'),
  fromKubernetes('[kubernetes][node][name]', '[node]'),
  fromKubernetes('[kubernetes][container][name]', '[container_name]'),
  {
    do: 'if',
    condition: not(isText('[service]')),
    filters: [fromKubernetes('[kubernetes][labels][app_kubernetes_io/name]', '[service]')],
  },
]

/** Of the namespace an index is named: what anybody sends must not make new ones. */
const namespace = (ofNamespace: string): LogFilter => ({
  do: 'if',
  condition: not(matches('[namespace]', namespacePattern(ofNamespace))),
  filters: [
    { do: 'tag', tag: tags.strangeNamespace },
    { do: 'replace', field: '[namespace]', text: unknownNamespace },
  ],
})

const otherLevels = {
  TRACE: 'DEBUG',
  VERBOSE: 'DEBUG',
  NOTICE: 'INFO',
  LOG: 'INFO',
  WARNING: 'WARN',
  ERR: 'ERROR',
  SEVERE: 'ERROR',
  CRITICAL: 'FATAL',
  PANIC: 'FATAL',
} as const

/** A program that dies says why in plain words on stderr: whoever looks for errors must find it. */
const levelOfPlainLine: LogFilter = {
  do: 'if',
  condition: matches('[stream]', 'stderr'),
  filters: [{ do: 'replace', field: '[level]', text: 'ERROR' }],
  otherwise: [{ do: 'replace', field: '[level]', text: 'INFO' }],
}

const level: LogFilter = {
  do: 'if',
  condition: isText('[level]'),
  filters: [
    { do: 'uppercase', field: '[level]' },
    { do: 'translate', field: '[level]', words: otherLevels },
    {
      do: 'if',
      condition: not(matches('[level]', logLevels.join('|'))),
      filters: [{ do: 'tag', tag: tags.unknownLevel }],
    },
  ],
  otherwise: [levelOfPlainLine],
}

/** Without one of its own an event has the time at which it was read. */
const timestamp: LogFilter = {
  do: 'if',
  condition: matches('[timestamp]', timestampPattern),
  filters: [{ do: 'date', source: '[timestamp]', failureTag: tags.noTimestamp }],
  otherwise: [{ do: 'tag', tag: tags.noTimestamp }],
}

/** Addresses of a private network are nowhere. */
const privateAddress = '(10|127|192\\.168|169\\.254|172\\.(1[6-9]|2\\d|3[01]))\\..*|::1|f[cde].*'

const client: readonly LogFilter[] = [
  {
    do: 'if',
    condition: matches('[ip]', `(?!(${privateAddress})$)[0-9a-f.:]{2,45}`),
    filters: [{ do: 'geoip', source: '[ip]', target: '[geo]' }],
  },
  {
    do: 'if',
    condition: isText('[user_agent]'),
    filters: [{ do: 'useragent', source: '[user_agent]', target: '[client]' }],
  },
]

/** What brought the line here is no part of it. */
const leftovers: LogFilter = {
  do: 'remove',
  fields: [
    ...(['[line]', '[kubernetes]', '[agent]', '[ecs]', '[input]', '[log]', '[host]', '[container]'] as const),
    ...(['[event]', '[@version]', '[stream]', '[port]'] as const),
  ],
}

/** A line's way from what somebody wrote to what is searched, in this order. */
export const logFilters = (ofNamespace: string): readonly LogFilter[] => [
  parse,
  adopt,
  ...kubernetes,
  namespace(ofNamespace),
  level,
  timestamp,
  ...client,
  leftovers,
]
