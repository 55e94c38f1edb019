import { dataViewId, type SavedObject, savedObject } from './data-view.ts'

type Search = {
  readonly id: string
  readonly title: string
  readonly description: string
  /** In Kibana's own language. */
  readonly query: string
  readonly columns: readonly string[]
}

const sourceName = 'kibanaSavedObjectMeta.searchSourceJSON.index'

/** What people look for first, with the columns that answer it. */
export const searches: readonly Search[] = [
  {
    id: 'shop-logs-errors',
    title: 'Shop: errors and warnings',
    description: 'What went wrong, newest first.',
    query: 'level: ("WARN" or "ERROR" or "FATAL")',
    columns: ['level', 'service', 'pod', 'message', 'error.message', 'request_id'],
  },
  {
    id: 'shop-logs-request',
    title: 'Shop: one request',
    description: 'Put the X-Request-ID in place of the star: every line of edge, services, events and mails.',
    query: 'request_id: *',
    columns: ['service', 'level', 'method', 'route', 'status_code', 'duration_ms', 'message'],
  },
  {
    id: 'shop-logs-slow',
    title: 'Shop: slow requests',
    description: 'Answers that took longer than the objective of 500 ms.',
    query: 'duration_ms > 500 and route: *',
    columns: ['service', 'method', 'route', 'status_code', 'duration_ms', 'request_id'],
  },
  {
    id: 'shop-logs-strange',
    title: 'Shop: lines that are not as they should be',
    description: 'Plain text, fields of another type, unknown levels or namespaces.',
    query: 'tags: ("not_json" or "wrong_type" or "unknown_level" or "no_timestamp" or "strange_namespace")',
    columns: ['service', 'pod', 'tags', 'message', 'malformed'],
  },
]

export const savedSearch = ({ id, title, description, query, columns }: Search): SavedObject =>
  savedObject({
    id,
    type: 'search',
    attributes: {
      title,
      description,
      columns,
      sort: [['@timestamp', 'desc']],
      grid: {},
      hideChart: false,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query, language: 'kuery' },
          filter: [],
          indexRefName: sourceName,
        }),
      },
    },
    references: [{ type: 'index-pattern', id: dataViewId, name: sourceName }],
  })
