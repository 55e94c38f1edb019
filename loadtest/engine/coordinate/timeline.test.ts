import { expect, it } from 'vitest'
import { decodeHistogram } from '../histogram/histogram-text.ts'
import { seriesSecond, snapshot } from '../testing/results.ts'
import { Timeline } from './timeline.ts'

const part = (second: number, ...ok: readonly number[]) => {
  const { series, generator } = snapshot({
    series: [seriesSecond({ latencies: { ok } })],
    generator: { started: ok.length },
  })
  return { second, seconds: 1, series, generator }
}

it('keeps a long run in few windows, and loses no sample', () => {
  const timeline = new Timeline(10)
  for (let second = 0; second < 100; second++) timeline.add(part(second, second, second))
  timeline.add(part(3, 7))
  const windows = timeline.windows()
  expect(windows.length).toBeLessThanOrEqual(10)
  expect(new Set(windows.map(({ seconds }) => seconds))).toEqual(new Set([16]))
  expect(windows.map(({ second }) => second)).toEqual([0, 16, 32, 48, 64, 80, 96])
  const counts = windows.map(({ series }) => decodeHistogram(series[0]?.outcomes.ok ?? '').count)
  expect(counts).toEqual([33, 32, 32, 32, 32, 32, 8])
  expect(windows.map(({ generator }) => generator.started)).toEqual(counts)
  expect(windows[0]?.generator.activeUsers).toBeLessThanOrEqual(2)
})
