import { type Figures, figuresOf, type RunResult } from '../engine/result/run-result.ts'
import type { Scope } from '../engine/result/scope.ts'
import { count, figure, percent } from './figures-in-words.ts'

export type FiguresRow = { readonly name: string; readonly figures: Figures }

export const scenarioRows = (result: RunResult): readonly FiguresRow[] => [
  ...rowOf(result, { name: 'all requests', scope: { kind: 'all' } }),
  ...result.scenarios.flatMap(({ name }) => rowOf(result, { name, scope: { kind: 'scenario', scenario: name } })),
]

/** In the order in which users meet them. */
export const endpointRows = (result: RunResult): readonly FiguresRow[] => {
  const inOrder = result.scenarios.flatMap(({ steps }) => steps)
  const found = result.figures.flatMap(({ scope }) => (scope.kind === 'endpoint' ? [scope.endpoint] : []))
  return [...new Set([...inOrder, ...found])].flatMap((endpoint) =>
    rowOf(result, { name: endpoint, scope: { kind: 'endpoint', endpoint } }),
  )
}

const rowOf = (result: RunResult, { name, scope }: { name: string; scope: Scope }): readonly FiguresRow[] => {
  const figures = figuresOf(result, scope)
  return figures === undefined ? [] : [{ name, figures }]
}

export type FiguresColumn = { readonly title: string; readonly value: (figures: Figures) => string }

export const countColumns: readonly FiguresColumn[] = [
  {
    title: 'requests',
    value: ({ counts }) => count(counts.ok + counts.failed + counts.timed_out + counts.cancelled),
  },
  { title: 'ok', value: ({ counts }) => count(counts.ok) },
  { title: 'failed', value: ({ counts }) => count(counts.failed) },
  { title: 'timed out', value: ({ counts }) => count(counts.timed_out) },
  { title: 'cancelled', value: ({ counts }) => count(counts.cancelled) },
  { title: 'errors', value: ({ errorShare }) => percent(errorShare) },
  { title: 'requests/s', value: ({ requestsPerSecond }) => figure(requestsPerSecond) },
]

/** Milliseconds. */
export const latencyColumns: readonly FiguresColumn[] = (['min', 'mean', 'p50', 'p95', 'p99', 'max'] as const).map(
  (name) => ({ title: name, value: ({ latency }) => figure(latency[name]) }),
)

/** Beside them, of a closed model. */
export const correctedColumns = ({ expectedIntervalSeconds }: RunResult): readonly FiguresColumn[] =>
  expectedIntervalSeconds === null
    ? []
    : (['p95', 'p99'] as const).map((name) => ({
        title: `${name} corrected`,
        value: ({ corrected }) => figure(corrected?.[name] ?? null),
      }))

export type ReasonRow = { readonly endpoint: string; readonly reason: string; readonly times: number }

/** Those with the most requests first. */
export const reasonRows = (result: RunResult): readonly ReasonRow[] =>
  endpointRows(result)
    .flatMap(({ name, figures }) => {
      const reasons = Object.entries(figures.reasons).map(([reason, times]) => ({ endpoint: name, reason, times }))
      const late = figures.counts.timed_out
      return late === 0 ? reasons : [...reasons, { endpoint: name, reason: 'timed out', times: late }]
    })
    .toSorted((one, other) => other.times - one.times)
