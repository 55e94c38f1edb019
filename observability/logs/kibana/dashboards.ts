import { elasticVersion } from '../log-stack.ts'
import { dataViewId, type SavedObject, savedObject } from './data-view.ts'
import { type LogPanel, lensAttributes } from './lens.ts'

type LogDashboard = {
  readonly id: string
  readonly title: string
  readonly description: string
  /** Two in a row. */
  readonly panels: readonly LogPanel[]
  /** A saved search below them. */
  readonly search: string
}

const lines = { kind: 'count', label: 'lines' } as const
const requests = { kind: 'count', label: 'requests' } as const
const p95 = { kind: 'percentile', label: 'p95', field: 'duration_ms', percentile: 95 } as const
const ofServices = 'route: * and not service: "edge"'

export const logDashboards: readonly LogDashboard[] = [
  {
    id: 'shop-logs-overview',
    title: 'Shop: logs',
    description: 'How much is written, how bad it is, and by whom.',
    panels: [
      { id: 'levels', title: 'Lines by level', query: '', measures: [lines], by: 'level', shape: 'over-time' },
      { id: 'services', title: 'Lines by service', query: '', measures: [lines], by: 'service', shape: 'over-time' },
      {
        id: 'errors',
        title: 'Errors by service',
        query: 'level: ("ERROR" or "FATAL")',
        measures: [lines],
        by: 'service',
        shape: 'over-time',
      },
      {
        id: 'causes',
        title: 'What fails most',
        query: 'error.type: *',
        measures: [lines],
        by: 'error.message',
        shape: 'table',
      },
    ],
    search: 'shop-logs-errors',
  },
  {
    id: 'shop-logs-requests',
    title: 'Shop: requests in the logs',
    description: 'Access lines of the services: answers, times, and the routes that are slow.',
    panels: [
      {
        id: 'answers',
        title: 'Answers',
        query: ofServices,
        measures: [requests],
        by: 'status_code',
        shape: 'over-time',
      },
      {
        id: 'asked',
        title: 'Requests by service',
        query: ofServices,
        measures: [requests],
        by: 'service',
        shape: 'over-time',
      },
      { id: 'routes', title: 'Routes', query: ofServices, measures: [requests, p95], by: 'route', shape: 'table' },
      {
        id: 'countries',
        title: 'Countries',
        query: ofServices,
        measures: [requests],
        by: 'geo.country_code2',
        shape: 'table',
      },
    ],
    search: 'shop-logs-slow',
  },
]

const width = 24
const height = 12

const panelJson = (panel: LogPanel, index: number) => ({
  version: elasticVersion,
  type: 'lens',
  title: panel.title,
  panelIndex: panel.id,
  gridData: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height, i: panel.id },
  embeddableConfig: { attributes: lensAttributes(panel), hidePanelTitles: false, enhancements: {} },
})

/** In the last row, over its whole width. */
const searchJson = (rows: number) => ({
  version: elasticVersion,
  type: 'search',
  panelIndex: 'search',
  panelRefName: 'panel_search',
  gridData: { x: 0, y: rows * height, w: 2 * width, h: 15, i: 'search' },
  embeddableConfig: { enhancements: {} },
})

export const savedDashboard = ({ id, title, description, panels, search }: LogDashboard): SavedObject =>
  savedObject({
    id,
    type: 'dashboard',
    attributes: {
      title,
      description,
      version: 1,
      timeRestore: true,
      timeFrom: 'now-1h',
      timeTo: 'now',
      refreshInterval: { pause: false, value: 30_000 },
      optionsJSON: JSON.stringify({ useMargins: true, syncColors: true, hidePanelTitles: false }),
      panelsJSON: JSON.stringify([...panels.map(panelJson), searchJson(Math.ceil(panels.length / 2))]),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
    },
    references: [
      ...panels.map((panel) => ({
        type: 'index-pattern',
        id: dataViewId,
        name: `${panel.id}:indexpattern-datasource-layer-lines`,
      })),
      { type: 'search', id: search, name: 'search:panel_search' },
    ],
  })
