import { mergedHistogram } from '../../engine/histogram/histogram.ts'
import { decodeHistogram } from '../../engine/histogram/histogram-text.ts'
import type { RunResult } from '../../engine/result/run-result.ts'
import { duration } from '../figures-in-words.ts'
import { type Distribution, renderPercentilePlot } from '../plot/percentile-plot.ts'
import { latencyScale } from '../plot/scale.ts'
import { renderTimePlot, type TimeFrame, type TimeLine } from '../plot/time-plot.ts'
import type { Column, Percentiles } from '../timeline.ts'
import type { Markup } from './html.ts'

const percentileLines = (of: (column: Column) => Percentiles | null): readonly TimeLine[] => [
  { label: 'p50', value: (column) => of(column)?.p50 ?? null, stroke: 'thick' },
  { label: 'p95', value: (column) => of(column)?.p95 ?? null },
  { label: 'p99', value: (column) => of(column)?.p99 ?? null },
]

/** As measured and, for a closed model, corrected beside it on the same scale. */
export const latencyPlots = (result: RunResult, frame: TimeFrame): readonly Markup[] => {
  const values = frame.columns
    .flatMap(({ latency, corrected }) => [latency, corrected])
    .flatMap((percentiles) => (percentiles === null ? [] : [percentiles.p50, percentiles.p95, percentiles.p99]))
  const { isLog, ...scale } = latencyScale(values)
  const shared = { yTitle: isLog ? 'latency, ms (logarithmic)' : 'latency, ms', unit: ' ms', scale }
  const each = duration(frame.columns[0]?.seconds ?? 1)
  const measured = renderTimePlot(
    {
      ...shared,
      title: 'Latency over time',
      note: `Of the requests of steps that ended ok or timed out; a point for each ${each}. Where none ended, there is a gap.`,
      lines: percentileLines(({ latency }) => latency),
    },
    frame,
  )
  if (result.expectedIntervalSeconds === null) return [measured]
  const corrected = renderTimePlot(
    {
      ...shared,
      title: 'Latency over time, corrected',
      note: `With the requests that users would have sent, each ${duration(result.expectedIntervalSeconds)}, had they not been waiting: closed users hide a stall.`,
      lines: percentileLines(({ corrected: percentiles }) => percentiles),
    },
    frame,
  )
  return [measured, corrected]
}

/** Of all requests, and of each scenario where there are several. */
export const distributionPlot = ({ series, scenarios }: RunResult): Markup | null => {
  const steps = series.filter(({ kind }) => kind === 'step')
  const distribution = (label: string, mine: typeof steps): Distribution => {
    const texts = mine.flatMap(({ outcomes }) => [outcomes.ok, outcomes.timed_out].filter((text) => text !== undefined))
    return { label, histogram: mergedHistogram(texts.map(decodeHistogram)) }
  }
  const each = scenarios.map(({ name }) =>
    distribution(
      name,
      steps.filter(({ scenario }) => scenario === name),
    ),
  )
  return renderPercentilePlot(each.length > 1 ? [distribution('all requests', steps), ...each] : each)
}
