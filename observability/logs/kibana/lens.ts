import { logFields } from '../log-fields.ts'
import { dataViewId } from './data-view.ts'

type Column = Readonly<Record<string, unknown>>

/** What is counted or measured of the lines. */
export type Measure =
  | { readonly kind: 'count'; readonly label: string }
  | { readonly kind: 'percentile'; readonly label: string; readonly field: string; readonly percentile: number }

export type LogPanel = {
  readonly id: string
  readonly title: string
  readonly query: string
  readonly measures: readonly Measure[]
  /** One series or row for each of its most frequent values. */
  readonly by: string
  readonly shape: 'over-time' | 'table'
}

const layerId = 'lines'
const mostValues = 10

const columnOf = (measure: Measure): Column => {
  const shared = { label: measure.label, customLabel: true, dataType: 'number', isBucketed: false, scale: 'ratio' }
  if (measure.kind === 'count') {
    return { ...shared, operationType: 'count', sourceField: '___records___', params: { emptyAsNull: false } }
  }
  const { field, percentile } = measure
  return { ...shared, operationType: 'percentile', sourceField: field, params: { percentile } }
}

const overTime: Column = {
  label: '@timestamp',
  dataType: 'date',
  operationType: 'date_histogram',
  sourceField: '@timestamp',
  isBucketed: true,
  scale: 'interval',
  params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
}

const isNumber = (field: string): boolean =>
  logFields.some(({ name, type }) => name === field && (type === 'short' || type === 'integer'))

const splitBy = (field: string): Column => ({
  label: field,
  customLabel: true,
  dataType: isNumber(field) ? 'number' : 'string',
  operationType: 'terms',
  sourceField: field,
  isBucketed: true,
  scale: 'ordinal',
  params: {
    size: mostValues,
    orderBy: { type: 'column', columnId: 'measure-0' },
    orderDirection: 'desc',
    otherBucket: true,
    missingBucket: false,
    parentFormat: { id: 'terms' },
    include: [],
    exclude: [],
    includeIsRegex: false,
    excludeIsRegex: false,
  },
})

const chart = (measures: readonly string[]) => ({
  legend: { isVisible: true, position: 'right' },
  valueLabels: 'hide',
  fittingFunction: 'None',
  preferredSeriesType: 'bar_stacked',
  layers: [
    {
      layerId,
      layerType: 'data',
      seriesType: 'bar_stacked',
      accessors: measures,
      xAccessor: 'time',
      splitAccessor: 'split',
    },
  ],
})

const table = (columns: readonly string[]) => ({
  layerId,
  layerType: 'data',
  columns: columns.map((columnId) => ({ columnId, isTransposed: false })),
})

/** A panel as Lens keeps it inside of a dashboard. */
export const lensAttributes = ({ title, query, measures, by, shape }: LogPanel) => {
  const measured = measures.map((measure, index) => [`measure-${index}`, columnOf(measure)] as const)
  const names = measured.map(([name]) => name)
  const columns = {
    split: splitBy(by),
    ...(shape === 'over-time' ? { time: overTime } : {}),
    ...Object.fromEntries(measured),
  }
  return {
    title,
    type: 'lens',
    visualizationType: shape === 'over-time' ? 'lnsXY' : 'lnsDatatable',
    references: [{ type: 'index-pattern', id: dataViewId, name: `indexpattern-datasource-layer-${layerId}` }],
    state: {
      visualization: shape === 'over-time' ? chart(names) : table(['split', ...names]),
      query: { query, language: 'kuery' },
      filters: [],
      datasourceStates: {
        formBased: { layers: { [layerId]: { columns, columnOrder: Object.keys(columns), incompleteColumns: {} } } },
        textBased: { layers: {} },
      },
      internalReferences: [],
      adHocDataViews: {},
    },
  }
}
