import { html, type Markup } from '../../../loadtest/report/page/html.ts'
import { type LegendEntry, renderFigure } from '../../../loadtest/report/plot/figure.ts'
import type { Point } from '../../../loadtest/report/plot/line-path.ts'
import { renderFrame } from '../../../loadtest/report/plot/plot-frame.ts'
import type { Scale } from '../../../loadtest/report/plot/scale.ts'
import type { SeriesStyle } from '../../../loadtest/report/plot/series-style.ts'
import { bar, line, pointedAt, reference, type Stroke } from '../../../loadtest/report/plot/shapes.ts'
import { clockMarks } from './clock-marks.ts'
import { knownValues, type NamedSeries, type PanelData, plainWords, type TimeGrid, timesOf } from './panel-data.ts'
import { stylesOf } from './series-styles.ts'
import { type ShownUnit, shownUnit, valueInWords } from './shown-unit.ts'
import { signedScale } from './signed-scale.ts'
import { type Layer, stackOf } from './stack-of.ts'

type Drawing = {
  readonly data: PanelData
  readonly grid: TimeGrid
  readonly unit: ShownUnit
  readonly scale: Scale
  readonly styles: readonly SeriesStyle[]
}

/** Where a time of the grid lies, from 0 to 1. */
const across = (index: number, { count }: TimeGrid): number => index / Math.max(1, count - 1)

/** A panel over time, as lines or as parts of a whole. */
export const renderLines = (data: PanelData, grid: TimeGrid): Markup => {
  const { panel, series } = data
  const layers = panel.drawn === 'stacked' ? stackOf(series) : null
  const values = layers === null ? knownValues(data) : layers.flatMap(({ tops }) => tops.filter((top) => top !== null))
  const highest = Math.max(0, ...values)
  const isNear = panel.limit !== undefined && highest > panel.limit.value / 5
  const unit = shownUnit(panel.unit, Math.max(highest, isNear ? (panel.limit?.value ?? 0) : 0))
  const most = isNear ? Math.max(highest, panel.limit?.value ?? 0) : highest
  const scale = signedScale(Math.min(0, ...values) * unit.factor, most * unit.factor)
  const drawing: Drawing = { data, grid, unit, scale, styles: stylesOf(series.map(({ name }) => name)) }
  const limit = limitOf(drawing, isNear)
  const shapes = layers === null ? linesOf(drawing) : layers.map((layer, index) => layerOf(layer, index, drawing))
  return renderFigure({
    title: panel.title,
    note: plainWords(panel.description),
    legend: [...legendOf(drawing), ...limit.legend],
    plot: renderFrame({
      description: panel.title,
      x: { title: 'UTC', marks: clockMarks(grid) },
      y: { title: unit.name, scale },
      shaded: [],
      content: html`${shapes}${limit.shapes}${pointsOf(drawing)}`,
    }),
  })
}

/** One that is far above everything would press it all to the bottom: then only its words stand there. */
const limitOf = ({ data, unit, scale }: Drawing, isNear: boolean) => {
  const { limit } = data.panel
  if (limit === undefined) return { shapes: [], legend: [] }
  const label = `${limit.label}: ${valueInWords(limit.value, data.panel.unit)}`
  return isNear || limit.value === 0
    ? { shapes: [reference(scale.at(limit.value * unit.factor))], legend: [{ kind: 'reference' as const, label }] }
    : { shapes: [], legend: [{ kind: 'reference' as const, label: `${label}, above what is drawn` }] }
}

const linesOf = ({ data, grid, unit, scale, styles }: Drawing): readonly Markup[] =>
  data.series.flatMap(({ values }, index) => {
    const style = styles[index]
    if (style === undefined) return []
    const points = values.map((value, at): Point => {
      return { x: across(at, grid), y: value === null ? null : scale.at(value * unit.factor) }
    })
    return [line(points, style, strokeOf(style))]
  })

const layerOf = ({ bottoms, tops }: Layer, index: number, { grid, unit, scale, styles }: Drawing): Markup => {
  const style = styles[index]
  if (style === undefined) return html``
  const half = across(1, grid) / 2
  const bars = tops.flatMap((top, at) => {
    const bottom = bottoms[at] ?? null
    if (top === null || bottom === null || top === bottom) return []
    const span = { from: Math.max(0, across(at, grid) - half), to: Math.min(1, across(at, grid) + half) }
    return [bar({ ...span, bottom: scale.at(bottom * unit.factor), top: scale.at(top * unit.factor) }, style)]
  })
  // Bars of no whole number of pixels would leave a light seam between them.
  return html`<g shape-rendering="crispEdges">${bars}</g>`
}

const last = ({ values }: NamedSeries): number | null => values.findLast((value) => value !== null) ?? null

const legendOf = ({ data, styles }: Drawing): readonly LegendEntry[] =>
  data.series.flatMap((one, index): readonly LegendEntry[] => {
    const style = styles[index]
    const now = last(one)
    if (style === undefined || now === null) return []
    const label = `${one.name}: ${valueInWords(now, data.panel.unit)}`
    if (data.panel.drawn === 'stacked') return [{ kind: 'bar', label, style }]
    return [{ kind: 'line', label, style, stroke: strokeOf(style) }]
  })

const strokeOf = ({ dash }: SeriesStyle): Stroke => (dash === '' ? 'thick' : 'dashed')

/** More of them nobody reads while pointing; the first have the most to see. */
const mostTold = 8

const pointsOf = ({ data, grid }: Drawing): readonly Markup[] => {
  const half = across(1, grid) / 2
  return timesOf(grid).map((seconds, at) => {
    const time = new Date(seconds * 1_000).toISOString().slice(11, 19)
    const figures = data.series.flatMap(({ name, values }) => {
      const value = values[at] ?? null
      return value === null || value === 0 ? [] : [`${name}: ${valueInWords(value, data.panel.unit)}`]
    })
    const told = figures.length > mostTold ? [...figures.slice(0, mostTold), '…'] : figures
    const span = { from: Math.max(0, across(at, grid) - half), to: Math.min(1, across(at, grid) + half) }
    return pointedAt(span, [time, ...told].join('\n'))
  })
}
