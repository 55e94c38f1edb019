import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Histogram } from '../histogram/histogram.ts'
import { decodeHistogram, encodeHistogram } from '../histogram/histogram-text.ts'
import { decodeWorkerLine, encodeWorkerLine } from '../record/worker-line.ts'
import { figuresOf, parseRunResult } from '../result/run-result.ts'
import { openProfile } from '../testing/profiles.ts'
import { resultOf, seriesSecond, snapshot } from '../testing/results.ts'
import { type ScriptedWorker, scriptedWorker } from '../testing/scripted-worker.ts'
import { coordinateRun } from './coordinator.ts'

const profile = openProfile({ durationSeconds: 3 })

const coordinate = (workers: readonly ScriptedWorker[], signal = new AbortController().signal) =>
  coordinateRun({ target: 'http://shop', profile, scenarios: [], workers, signal })

const second = (at: number, ...milliseconds: readonly number[]) =>
  snapshot({
    second: at,
    series: [seriesSecond({ latencies: { ok: milliseconds } })],
    generator: { started: milliseconds.length, activeUsers: 2 },
  })

describe('a run', () => {
  it('shows a second when all workers have sent it, their histograms as one', async () => {
    const [a, b] = [scriptedWorker('a'), scriptedWorker('b')]
    const run = coordinate([a, b])
    const seconds = run.seconds[Symbol.asyncIterator]()
    a.say(second(0, 10, 20))
    a.say(second(1, 30))
    b.say(second(0, 40))
    const { value: first } = await seconds.next()
    expect(first?.second).toBe(0)
    expect(first?.generator).toMatchObject({ activeUsers: 4, started: 3 })
    const ok = decodeHistogram(first?.series[0]?.outcomes.ok ?? '')
    expect(ok).toMatchObject({ count: 3, minMicroseconds: 10_000, maxMicroseconds: 40_000 })
    a.end(2)
    b.end(1)
    const result = await run.result
    expect(result.totals).toMatchObject({ started: 4, ok: 4 })
    expect(result.verdict).toEqual({ valid: true, reasons: [] })
    expect(parseRunResult(JSON.stringify(result))).toEqual(result)
  })

  it('does not wait for a worker that is far behind, and adds what it sends late', async () => {
    const [a, b] = [scriptedWorker('a'), scriptedWorker('b')]
    const run = coordinate([a, b])
    for (let at = 0; at < 6; at++) a.say(second(at, 10))
    const shown: number[] = []
    for await (const window of run.seconds) {
      shown.push(window.series[0] === undefined ? 0 : 1)
      if (shown.length < 2) continue
      for (let at = 0; at < 6; at++) b.say(second(at, 10))
      a.end(6)
      b.end(6)
      break
    }
    const result = await run.result
    expect(result.totals.ok).toBe(12)
    expect(result.windows.map(({ series }) => decodeHistogram(series[0]?.outcomes.ok ?? '').count)).toEqual([
      2, 2, 2, 2, 2, 2,
    ])
  })

  it('counts once what comes twice, and says what was lost on the way', async () => {
    const worker = scriptedWorker('pod-3')
    const run = coordinate([worker])
    worker.say(second(0, 10))
    worker.say(second(0, 10))
    worker.say(second(2, 10))
    worker.end(3)
    const result = await run.result
    expect(result.totals.ok).toBe(2)
    expect(result.verdict).toEqual({ valid: false, reasons: ['1 seconds of worker pod-3 were lost on the way'] })
  })

  it('ends when a worker vanishes, stops the others, and is invalid', async () => {
    const [a, b] = [scriptedWorker('a'), scriptedWorker('b')]
    const run = coordinate([a, b])
    a.say(second(0, 10))
    a.vanish()
    await vi.waitFor(() => expect(b.calls).toContain('stop'))
    b.say(second(0, 10))
    b.end(1)
    const result = await run.result
    expect(result).toMatchObject({ partial: true, totals: { ok: 2 } })
    expect(result.verdict.reasons).toEqual(['worker a was lost: it went away before its end'])
    expect(a.calls.at(-1)).toBe('dispose')
  })

  it('gives up a worker that says nothing, or does not end when it is stopped', async () => {
    vi.useFakeTimers()
    try {
      const silent = scriptedWorker('a')
      const run = coordinate([silent])
      await vi.advanceTimersByTimeAsync(16_000)
      expect((await run.result).verdict.reasons[0]).toBe('worker a was lost: it said nothing for 15 s')
      const interrupt = new AbortController()
      const stubborn = scriptedWorker('b')
      const second_ = coordinate([stubborn], interrupt.signal)
      await vi.advanceTimersByTimeAsync(1_000)
      interrupt.abort()
      await vi.advanceTimersByTimeAsync(14_000)
      expect((await second_.result).verdict.reasons[0]).toBe('worker b was lost: it did not end when it was stopped')
    } finally {
      vi.useRealTimers()
    }
  })

  it('sends nothing where a worker cannot begin, or the interrupt came first', async () => {
    const broken = scriptedWorker('a', Promise.reject(new Error('no scenarios there')))
    const fine = scriptedWorker('b')
    const result = await coordinate([broken, fine]).result
    expect(result.verdict.reasons[0]).toBe('worker a was lost: no scenarios there')
    expect(fine.calls).toEqual(['dispose'])
    const never = scriptedWorker('c', new Promise(() => undefined))
    const stopped = await coordinate([never], AbortSignal.abort()).result
    expect(stopped).toMatchObject({ partial: true, totals: { started: 0 } })
  })

  it('is invalid where a worker sends what is no snapshot', async () => {
    const worker = scriptedWorker('a')
    const run = coordinate([worker])
    worker.sayLine('{"second":1}')
    expect((await run.result).verdict.valid).toBe(false)
  })
})

it('is the same result however the samples are spread over workers and in whatever order they come', () => {
  const parts = fc.array(
    fc.record({
      worker: fc.integer({ min: 0, max: 3 }),
      second: fc.integer({ min: 0, max: 4 }),
      milliseconds: fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(parts, (all) => {
      const once = [...new Map(all.map((part) => [`${part.worker} ${part.second}`, part])).values()]
      const snapshots = once.map(({ worker, second: at, milliseconds }) => ({
        ...second(at, ...milliseconds),
        worker: String(worker),
      }))
      const forth = resultOf(profile, snapshots)
      const back = resultOf(profile, snapshots.toReversed())
      const single = new Histogram()
      for (const { milliseconds } of once) for (const one of milliseconds) single.record(one * 1_000)
      expect(back.figures).toEqual(forth.figures)
      expect(forth.series[0]?.outcomes.ok ?? '').toBe(encodeHistogram(single))
      expect(figuresOf(forth, { kind: 'all' })?.counts.ok ?? 0).toBe(single.count)
    }),
    { numRuns: 50 },
  )
})

it('a line comes back as it was', () => {
  const line = second(3, 1, 2, 3)
  expect(decodeWorkerLine(encodeWorkerLine(line))).toEqual(line)
  expect(encodeWorkerLine(line)).not.toContain('\n')
})
