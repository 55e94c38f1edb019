import type { Histogram } from '../../engine/histogram/histogram.ts'
import { html, type Markup } from '../page/html.ts'
import { renderFigure } from './figure.ts'
import { type Mark, renderFrame } from './plot-frame.ts'
import { latencyScale } from './scale.ts'
import { seriesStyle } from './series-style.ts'
import { line } from './shapes.ts'

export type Distribution = { readonly label: string; readonly histogram: Histogram }

/** Each nine takes as much room as the one before it. `share` below 1. */
export const ninesOf = (share: number): number => -Math.log10(1 - share)

const pointsForEachNine = 40

export type PercentilePoint = { readonly nines: number; readonly milliseconds: number }

/** As far as there is a sample to say it of: of a thousand, to 99.9 %. */
export const percentilePoints = (histogram: Histogram): readonly PercentilePoint[] => {
  if (histogram.count === 0) return []
  const end = Math.log10(histogram.count)
  const steps = Math.max(1, Math.ceil(end * pointsForEachNine))
  return Array.from({ length: steps + 1 }, (_, index) => {
    const nines = (index / steps) * end
    // The last of a thousand is beyond 99.9 %, and it is the one that people look for.
    const share = index === steps ? 1 : 1 - 10 ** -nines
    return { nines, milliseconds: (histogram.quantile(share) ?? 0) / 1_000 }
  })
}

const shares = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999]

const marksTo = (nines: number): readonly Mark[] =>
  shares
    .filter((share) => ninesOf(share) <= nines + 1e-9)
    .map((share) => ({ at: ninesOf(share) / nines, label: `${Number((share * 100).toFixed(4))}` }))

/** Null where nothing ended. */
export const renderPercentilePlot = (distributions: readonly Distribution[]): Markup | null => {
  const curves = distributions.map(({ label, histogram }) => ({ label, points: percentilePoints(histogram) }))
  const all = curves.flatMap(({ points }) => points)
  if (all.length === 0) return null
  const most = Math.max(1, ...all.map(({ nines }) => nines))
  const { isLog, ...scale } = latencyScale(all.map(({ milliseconds }) => milliseconds))
  const lines = curves.map(({ points }, index) => {
    const places = points.map(({ nines, milliseconds }) => ({ x: nines / most, y: scale.at(milliseconds) }))
    return line(places, seriesStyle(index), 'dashed')
  })
  const title = 'Latency by percentile'
  return renderFigure({
    title,
    note: 'Of the whole run: this share of requests was answered within so long. Each curve ends at its slowest request.',
    legend: curves.map(({ label }, index) => ({ kind: 'line', label, style: seriesStyle(index), stroke: 'dashed' })),
    plot: renderFrame({
      description: title,
      x: { title: 'percentile of requests, %', marks: marksTo(most) },
      y: { title: isLog ? 'latency, ms (logarithmic)' : 'latency, ms', scale },
      shaded: [],
      content: html`${lines}`,
    }),
  })
}
