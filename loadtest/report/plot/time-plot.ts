import type { SecondsRange } from '../../engine/schedule/full-load.ts'
import { figure } from '../figures-in-words.ts'
import { html, type Markup } from '../page/html.ts'
import type { Column } from '../timeline.ts'
import { type LegendEntry, renderFigure } from './figure.ts'
import type { Point } from './line-path.ts'
import { renderFrame } from './plot-frame.ts'
import type { Scale } from './scale.ts'
import { seriesStyle } from './series-style.ts'
import { line, pointedAt, reference, type Stroke } from './shapes.ts'
import type { TimeAxis } from './time-axis.ts'

export type TimeFrame = {
  readonly columns: readonly Column[]
  readonly axis: TimeAxis
  readonly fullLoad: readonly SecondsRange[]
}

export type TimeLine = {
  readonly label: string
  readonly value: (column: Column) => number | null
  readonly stroke?: Stroke
}

export type TimePlot = {
  readonly title: string
  readonly note: string
  /** The name of the vertical axis; what a figure is followed by. */
  readonly yTitle: string
  readonly unit: string
  readonly scale: Scale
  readonly lines: readonly TimeLine[]
  readonly references?: readonly { readonly label: string; readonly value: number }[]
}

const middleOf = ({ second, seconds }: Column): number => second + seconds / 2

/** A column that is missing stands as unknown between its neighbours. */
export const pointsOf = (columns: readonly Column[], place: (column: Column) => Point): readonly Point[] =>
  columns.flatMap((column, index) => {
    const before = columns[index - 1]
    const isNext = before === undefined || before.second + before.seconds >= column.second
    return isNext ? [place(column)] : [{ x: 0, y: null }, place(column)]
  })

export const renderTimePlot = (plot: TimePlot, frame: TimeFrame): Markup => {
  const { columns, axis } = frame
  const { scale, lines, references = [] } = plot
  const drawn = lines.map(({ value, stroke = 'thin' }, index) => {
    const points = pointsOf(columns, (column) => {
      const known = value(column)
      return { x: axis.at(middleOf(column)), y: known === null ? null : scale.at(known) }
    })
    return line(points, seriesStyle(index), stroke)
  })
  const held = references.map(({ value }) => reference(scale.at(value)))
  const pointed = columns.map((column) => pointedAt(spanOf(column, axis), columnText(column, plot)))
  const legend: LegendEntry[] = lines.map(({ label, stroke = 'thin' }, index) => {
    return { kind: 'line', label, style: seriesStyle(index), stroke }
  })
  return renderFigure({
    title: plot.title,
    note: plot.note,
    legend: [
      ...legend,
      ...references.map(({ label }) => ({ kind: 'reference' as const, label })),
      ...fullLoadEntry(frame),
    ],
    plot: timeFrame(plot, { frame, content: html`${held}${drawn}${pointed}` }),
  })
}

export const spanOf = ({ second, seconds }: Column, axis: TimeAxis): { from: number; to: number } => {
  return { from: axis.at(second), to: axis.at(second + seconds) }
}

export const fullLoadEntry = ({ fullLoad }: TimeFrame): readonly LegendEntry[] =>
  fullLoad.length === 0 ? [] : [{ kind: 'full-load', label: 'full load' }]

type Framed = { readonly frame: TimeFrame; readonly content: Markup }

export const timeFrame = (
  { title, yTitle, scale }: Pick<TimePlot, 'title' | 'yTitle' | 'scale'>,
  { frame: { axis, fullLoad }, content }: Framed,
): Markup =>
  renderFrame({
    description: title,
    x: { title: axis.title, marks: axis.ticks.map(({ second, label }) => ({ at: axis.at(second), label })) },
    y: { title: yTitle, scale },
    shaded: fullLoad
      .map(({ from, to }) => ({ from: Math.min(1, axis.at(from)), to: Math.min(1, axis.at(to)) }))
      .filter(({ from, to }) => from < to),
    content,
  })

export const whenOf = ({ second, seconds }: Column): string =>
  seconds === 1 ? `second ${second}` : `seconds ${second} to ${second + seconds}`

const columnText = (column: Column, { lines, unit }: TimePlot): string => {
  const figures = lines.map(({ label, value }) => {
    const known = value(column)
    return `${label}: ${known === null ? 'nothing ended' : `${figure(known)}${unit}`}`
  })
  return [whenOf(column), ...figures].join('\n')
}
