import { Histogram, mergedHistogram } from '../../engine/histogram/histogram.ts'
import { addHistogramText, decodeHistogram } from '../../engine/histogram/histogram-text.ts'
import type { SeriesSecond } from '../../engine/record/snapshot.ts'
import type { RunResult } from '../../engine/result/run-result.ts'
import { type Scope, scopesOf, scopeText } from '../../engine/result/scope.ts'
import type { Window } from '../../engine/result/window.ts'
import { fullLoadSeconds } from '../../engine/schedule/full-load.ts'

/** What ended in a stretch of the full load. */
export type Block = {
  readonly seconds: number
  /** Of what ended ok or timed out, as the figures of a run have it. */
  readonly latency: Histogram
  ok: number
  /** Failed and timed out. */
  errors: number
}

/** Requests of one second wait for the same stalls: what is alike in neighbours must fall into one block. */
const leastBlockSeconds = 2
/** Between 10 and 30 are worth having (Schmeiser, "Batch size effects in the analysis of simulation output", 1982). */
const mostBlocks = 20
export const leastBlocks = 10

/** Windows of the full load, before `until`; one at its edge belongs to none. */
export const fullLoadWindows = ({ profile, windows }: RunResult, until: number): readonly Window[] => {
  const ranges = fullLoadSeconds(profile)
  return windows.filter(({ second, seconds }) => {
    const end = second + seconds
    return end <= until && ranges.some(({ from, to }) => second >= from && end <= to)
  })
}

/** Each scope's blocks by its text: neighbouring windows, as even as it goes; empty where there are too few of them. */
export const blocksOf = (
  windows: readonly Window[],
  scopes: readonly Scope[],
): ReadonlyMap<string, readonly Block[]> => {
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  const blocks = Math.min(mostBlocks, Math.floor(seconds / leastBlockSeconds), windows.length)
  const stretches = Array.from({ length: blocks }, (_, index) =>
    windows.slice(Math.round((index * windows.length) / blocks), Math.round(((index + 1) * windows.length) / blocks)),
  )
  const byScope = new Map<string, Block[]>(scopes.map((scope) => [scopeText(scope), []]))
  for (const stretch of stretches) {
    const long = stretch.reduce((sum, window) => sum + window.seconds, 0)
    const open = new Map(scopes.map((scope) => [scopeText(scope), emptyBlock(long)]))
    for (const { series } of stretch) for (const one of series) addSeries(open, one)
    for (const [scope, block] of open) byScope.get(scope)?.push(block)
  }
  return byScope
}

const emptyBlock = (seconds: number): Block => ({ seconds, latency: new Histogram(), ok: 0, errors: 0 })

const addSeries = (blocks: ReadonlyMap<string, Block>, series: SeriesSecond): void => {
  const { ok = '', failed = '', timed_out = '' } = series.outcomes
  const mine = scopesOf(series).flatMap((scope) => blocks.get(scopeText(scope)) ?? [])
  if (mine.length === 0) return
  const [succeeded, late] = [decodeHistogram(ok), decodeHistogram(timed_out)]
  const wrong = decodeHistogram(failed).count
  for (const block of mine) {
    addHistogramText(block.latency, ok)
    if (late.count > 0) block.latency.add(late)
    block.ok += succeeded.count
    block.errors += wrong + late.count
  }
}

export const mergedLatency = (blocks: readonly Block[]): Histogram =>
  mergedHistogram(blocks.map(({ latency }) => latency))
