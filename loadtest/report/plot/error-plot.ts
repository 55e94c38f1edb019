import { figure } from '../figures-in-words.ts'
import { html, type Markup } from '../page/html.ts'
import type { Column } from '../timeline.ts'
import { renderFigure } from './figure.ts'
import { linearScale, type Scale } from './scale.ts'
import { seriesStyle } from './series-style.ts'
import { bar, pointedAt } from './shapes.ts'
import { fullLoadEntry, spanOf, type TimeFrame, timeFrame, whenOf } from './time-plot.ts'

export type Stack = { readonly kind: string; readonly bottom: number; readonly top: number }

/** One above the other, in the order of the kinds. */
export const stacksOf = ({ errors }: Pick<Column, 'errors'>, kinds: readonly string[]): readonly Stack[] => {
  let bottom = 0
  return kinds.flatMap((kind) => {
    const height = errors[kind] ?? 0
    if (height === 0) return []
    const stack = { kind, bottom, top: bottom + height }
    bottom = stack.top
    return [stack]
  })
}

/** Those with the most errors first. */
const kindsOf = (columns: readonly Column[]): readonly string[] => {
  const totals = new Map<string, number>()
  for (const { errors, seconds } of columns) {
    for (const [kind, rate] of Object.entries(errors)) totals.set(kind, (totals.get(kind) ?? 0) + rate * seconds)
  }
  return [...totals].toSorted(([, one], [, other]) => other - one).map(([kind]) => kind)
}

/** Null where no request failed: there is nothing to plot. */
export const renderErrorPlot = (frame: TimeFrame): Markup | null => {
  const { columns, axis } = frame
  const kinds = kindsOf(columns)
  if (kinds.length === 0) return null
  const stacks = columns.map((column) => ({ column, parts: stacksOf(column, kinds) }))
  const scale = linearScale(Math.max(...stacks.map(({ parts }) => parts.at(-1)?.top ?? 0)))
  const bars = stacks.flatMap(({ column, parts }) => parts.map((part) => partOf(part, { column, scale, frame, kinds })))
  const pointed = stacks.map(({ column, parts }) => {
    const figures = parts.map(({ kind, top, bottom }) => `${kind}: ${figure(top - bottom)}/s`)
    return pointedAt(
      spanOf(column, axis),
      [whenOf(column), ...(parts.length === 0 ? ['no error'] : figures)].join('\n'),
    )
  })
  const title = 'Errors by kind'
  return renderFigure({
    title,
    note: 'Requests of steps that failed or timed out, by the first word of the reason, one kind on top of the other.',
    legend: [
      ...kinds.map((kind, index) => ({ kind: 'bar' as const, label: kind, style: seriesStyle(index) })),
      ...fullLoadEntry(frame),
    ],
    plot: timeFrame({ title, yTitle: 'errors a second', scale }, { frame, content: html`${bars}${pointed}` }),
  })
}

type Drawn = {
  readonly column: Column
  readonly scale: Scale
  readonly frame: TimeFrame
  readonly kinds: readonly string[]
}

const partOf = ({ kind, bottom, top }: Stack, { column, scale, frame, kinds }: Drawn): Markup =>
  bar({ ...spanOf(column, frame.axis), bottom: scale.at(bottom), top: scale.at(top) }, seriesStyle(kinds.indexOf(kind)))
