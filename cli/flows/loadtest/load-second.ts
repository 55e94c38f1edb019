import { Histogram } from '../../../loadtest/engine/histogram/histogram.ts'
import { addHistogramText, decodeHistogram } from '../../../loadtest/engine/histogram/histogram-text.ts'
import type { SeriesSecond } from '../../../loadtest/engine/record/snapshot.ts'
import type { Window } from '../../../loadtest/engine/result/window.ts'
import type { EventBody } from '../../output/events.ts'

export type LoadSecond = Extract<EventBody, { readonly type: 'load.second' }>

/** What a second of a run says to who watches it: of the customers' steps, not of their coming and going. */
export const loadSecond = ({ second, seconds, series, generator }: Window): LoadSecond => {
  const steps = series.filter(({ kind }) => kind === 'step')
  const counts = steps.map(countsOf)
  const ended = sum(counts, ({ ended }) => ended)
  return {
    type: 'load.second',
    second,
    users: generator.activeUsers,
    inFlight: generator.requestsInFlight,
    requestsPerSecond: ended / seconds,
    ...latencyOf(steps),
    errorShare: ended === 0 ? null : sum(counts, ({ failed }) => failed) / ended,
    lateMilliseconds: Math.round((decodeHistogram(generator.lag).quantile(0.99) ?? 0) / 1_000),
    dropped: generator.dropped,
    endpoints: steps.map((step) => {
      const { ended: endedThere, failed } = countsOf(step)
      const { scenario, endpoint } = step
      return { scenario, endpoint, requestsPerSecond: endedThere / seconds, failed, ...latencyOf([step]) }
    }),
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)

/** Those that were cancelled say nothing of the shop. */
const countsOf = ({ outcomes }: SeriesSecond) => {
  const count = (text: string | undefined) => (text === undefined ? 0 : decodeHistogram(text).count)
  const failed = count(outcomes.failed) + count(outcomes.timed_out)
  return { ended: count(outcomes.ok) + failed, failed }
}

const latencyOf = (steps: readonly SeriesSecond[]) => {
  const merged = new Histogram()
  for (const { outcomes } of steps) {
    for (const text of [outcomes.ok, outcomes.timed_out]) if (text !== undefined) addHistogramText(merged, text)
  }
  const at = (quantile: number): number | null => {
    const microseconds = merged.quantile(quantile)
    return microseconds === null ? null : microseconds / 1_000
  }
  return { p50Milliseconds: at(0.5), p95Milliseconds: at(0.95), p99Milliseconds: at(0.99) }
}
