/** How Elasticsearch keeps a field. `text`: for reading and searching words; `keyword`: for filtering and counting. */
export type LogFieldType = 'date' | 'keyword' | 'text' | 'short' | 'integer' | 'long' | 'float' | 'ip' | 'error'

export type LogField = {
  readonly name: string
  readonly type: LogFieldType
  readonly about: string
  /** `line`: of every line. `access`: of every line that tells of a request and its answer. */
  readonly neededIn?: 'line' | 'access'
  /** One word of these. */
  readonly oneOf?: readonly string[]
  /** A regular expression for the whole value, that JavaScript and Ruby read alike. */
  readonly pattern?: string
  /** Left out of the published schema: the shop writes no such field, other programs may. */
  readonly ofOthers?: true
}

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
export const loggingServices = ['user-management', 'product-catalog', 'order-management', 'edge'] as const

/** A zone is named; the shop's own lines say `Z`. */
export const timestampPattern =
  '20\\d\\d-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d:[0-6]\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:?\\d\\d)'

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** What a line of the log may say and be found by. The schema, the pipeline and the index are made from it. */
export const logFields: readonly LogField[] = [
  {
    name: 'timestamp',
    type: 'date',
    neededIn: 'line',
    pattern: '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z',
    about: 'ISO 8601, UTC',
  },
  { name: 'level', type: 'keyword', neededIn: 'line', oneOf: logLevels, about: 'how bad it is' },
  { name: 'service', type: 'keyword', neededIn: 'line', oneOf: loggingServices, about: 'long name of who writes' },
  { name: 'version', type: 'keyword', neededIn: 'line', about: 'twelve digits of the image or bundle' },
  { name: 'message', type: 'text', neededIn: 'line', about: 'a sentence for people; nothing is read from it' },
  { name: 'namespace', type: 'keyword', about: 'of Kubernetes' },
  { name: 'pod', type: 'keyword', about: 'of Kubernetes' },
  {
    name: 'request_id',
    type: 'keyword',
    neededIn: 'access',
    pattern: '[A-Za-z0-9._-]{1,64}',
    about: 'as in X-Request-ID',
  },
  { name: 'trace_id', type: 'keyword', pattern: '[0-9a-f]{32}', about: 'W3C trace, where tracing is on' },
  { name: 'user_id', type: 'keyword', pattern: uuid, about: 'whose request or mail it is' },
  { name: 'client_id', type: 'keyword', about: 'the service that asks, where it is one' },
  { name: 'order_id', type: 'keyword', pattern: uuid, about: 'the order it is about' },
  { name: 'method', type: 'keyword', neededIn: 'access', about: 'of HTTP, as it was sent' },
  { name: 'route', type: 'keyword', neededIn: 'access', about: 'template, never the URL' },
  { name: 'path', type: 'keyword', about: 'as it was asked for, without the query; the edge only' },
  { name: 'status_code', type: 'short', about: 'of HTTP; 499 where the client left before' },
  { name: 'duration_ms', type: 'float', about: 'milliseconds' },
  { name: 'bytes', type: 'long', neededIn: 'access', about: 'of the answer' },
  { name: 'ip', type: 'ip', about: 'the client’s, behind trusted proxies' },
  { name: 'listener', type: 'keyword', about: 'where it came in; the edge only' },
  { name: 'upstream', type: 'keyword', about: 'the service that was asked; the edge only' },
  { name: 'release', type: 'integer', about: 'that answered; the edge only' },
  { name: 'error', type: 'error', about: 'what failed' },
  { name: 'peer', type: 'keyword', about: 'who was called' },
  { name: 'consumer', type: 'keyword', about: 'of events' },
  { name: 'event_id', type: 'keyword', about: 'of an event' },
  { name: 'type', type: 'keyword', about: 'of an event' },
  { name: 'reason', type: 'text', about: 'why it was refused or put off' },
  { name: 'attempts', type: 'integer', about: 'so far' },
  { name: 'user_agent', type: 'text', ofOthers: true, about: 'of a client' },
]

/** Parts of `error`. */
export const errorParts = ['type', 'code', 'message', 'stack'] as const
