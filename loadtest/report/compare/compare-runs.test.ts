import { describe, expect, it } from 'vitest'
import type { KeptRun } from '../kept-run.ts'
import { type Shop, simulatedRun } from '../testing/simulated-run.ts'
import { compareRuns } from './compare-runs.ts'
import type { ComparedFigure, Comparison } from './comparison.ts'

const compare = (before: KeptRun, after: KeptRun, tolerance = 0.05): Comparison =>
  compareRuns({ before, after, tolerance })

const ofAll = ({ figures }: Comparison): Readonly<Record<string, ComparedFigure | undefined>> =>
  Object.fromEntries(figures.filter(({ scope }) => scope.kind === 'all').map((figure) => [figure.measure, figure]))

const nothing = 'no difference that can be told'

it('a run and itself do not differ in anything', () => {
  const run = simulatedRun({ seed: 1, weather: 0.2 })
  const { verdict, figures, seconds } = compare(run, run)
  expect(verdict).toBe(nothing)
  expect(seconds).toEqual({ before: 60, after: 60 })
  for (const { change, verdict: of } of figures) {
    expect(of).toBe(nothing)
    expect(change?.value).toBe(0)
  }
})

describe('what is a tenth slower, with enough requests to tell', () => {
  const [before, after] = [simulatedRun({ seed: 1, seconds: 200 }), simulatedRun({ seed: 2, seconds: 200, median: 22 })]

  it('is told, with an interval that holds the truth', () => {
    const { p50Milliseconds, p95Milliseconds, errorShare, requestsPerSecond } = ofAll(compare(before, after))
    for (const figure of [p50Milliseconds, p95Milliseconds]) {
      expect(figure).toMatchObject({ verdict: 'slower', isWorseThanTolerated: true })
      expect(figure?.change?.low).toBeLessThan(0.1)
      expect(figure?.change?.high).toBeGreaterThan(0.1)
    }
    expect(errorShare?.verdict).toBe(nothing)
    expect(requestsPerSecond?.verdict).toBe(nothing)
  })

  it('is faster the other way round, by the same interval read backwards', () => {
    const there = ofAll(compare(before, after)).p95Milliseconds?.change
    const back = ofAll(compare(after, before)).p95Milliseconds
    expect(back).toMatchObject({ verdict: 'faster', isWorseThanTolerated: false })
    expect(1 / (1 + (back?.change?.low ?? 0))).toBeCloseTo(1 + (there?.high ?? 0), 9)
    expect(1 / (1 + (back?.change?.high ?? 0))).toBeCloseTo(1 + (there?.low ?? 0), 9)
    expect(compare(after, before).verdict).toBe('better')
  })

  it('is let through by a tolerance that is larger', () => {
    expect(compare(before, after).verdict).toBe('worse')
    expect(compare(before, after, 0.3).verdict).toBe('worse within tolerance')
  })
})

it('the same shift is not told where whole seconds are slow or fast by themselves', () => {
  const weather = 0.5
  const before = simulatedRun({ seed: 1, seconds: 200, weather })
  const after = simulatedRun({ seed: 2, seconds: 200, weather, median: 22 })
  expect(ofAll(compare(before, after)).p50Milliseconds?.verdict).toBe(nothing)
})

it('more errors are told, and throughput that is lost', () => {
  const before = simulatedRun({ seed: 1, seconds: 100, errorShare: 0 })
  const after = simulatedRun({ seed: 2, seconds: 100, errorShare: 0.01, requestsPerSecond: 85 })
  const { errorShare, requestsPerSecond } = ofAll(compare(before, after))
  expect(errorShare).toMatchObject({ verdict: 'more errors', isWorseThanTolerated: true, before: 0 })
  expect(requestsPerSecond).toMatchObject({ verdict: 'slower', isWorseThanTolerated: true })
  const back = ofAll(compare(after, before))
  expect(back.errorShare).toMatchObject({ verdict: 'fewer errors', isWorseThanTolerated: false })
  expect(back.requestsPerSecond).toMatchObject({ verdict: 'faster', isWorseThanTolerated: false })
})

describe('pairs of the same shop', () => {
  const pairs = 120
  const alarms = (shop: Omit<Shop, 'seed'>) => {
    const measures = new Map<string, number>()
    let anywhere = 0
    let before = simulatedRun({ ...shop, seed: 0 })
    for (let pair = 1; pair <= pairs; pair++) {
      const after = simulatedRun({ ...shop, seed: pair })
      const { figures } = compare(before, after)
      const told = figures.filter(({ verdict }) => verdict !== nothing)
      if (told.length > 0) anywhere++
      // Wide as single figures would be: what the noise of each alone does.
      const { figures: single } = compareRuns({ before, after, tolerance: 0, confidence: 1 - 0.05 * 15 })
      for (const { scope, measure, verdict } of single) {
        if (scope.kind === 'all' && verdict !== nothing) measures.set(measure, (measures.get(measure) ?? 0) + 1)
      }
      before = after
    }
    return { anywhere: anywhere / pairs, measures: [...measures.values()].map((times) => times / pairs) }
  }

  it.each([
    ['steady', {}],
    ['changing', { weather: 0.3 }],
  ])(
    'a %s one: a difference anywhere is told of at most one in twenty, of a single figure near to that',
    {
      timeout: 120_000,
    },
    (_, shop) => {
      const { anywhere, measures } = alarms({ ...shop, requestsPerSecond: 40, seconds: 40 })
      expect(anywhere).toBeLessThan(0.07)
      const mean = measures.reduce((sum, share) => sum + share, 0) / 5
      expect(mean).toBeGreaterThan(0.015)
      expect(mean).toBeLessThan(0.065)
      expect(Math.max(...measures)).toBeLessThan(0.1)
    },
  )
})

describe('what cannot be compared', () => {
  const run = simulatedRun({ seed: 1 })
  const withResult = (changes: Partial<KeptRun['result']>): KeptRun => ({
    ...run,
    result: { ...run.result, ...changes },
  })

  it('a run that is invalid says nothing, and the comparison says why', () => {
    const invalid = withResult({ verdict: { valid: false, reasons: ['the generator itself was late'] } })
    const { verdict, notes, figures } = compare(run, invalid)
    expect(verdict).toBe('not comparable')
    expect(notes).toContain('B is invalid: the generator itself was late')
    expect(new Set(figures.map(({ because }) => because))).toEqual(new Set(['a run is invalid']))
  })

  it('of a run that was stopped only the seconds count that both have, without the one that was cut', () => {
    const partial = withResult({ partial: true, windows: run.result.windows.slice(0, 41) })
    const { seconds, verdict, notes } = compare(run, partial)
    expect(seconds).toEqual({ before: 40, after: 40 })
    expect(verdict).toBe(nothing)
    expect(notes).toContain('B was stopped before its time: only the seconds that both runs have are compared')
  })

  it('too few seconds or requests are no evidence', () => {
    const short = withResult({ partial: true, windows: run.result.windows.slice(0, 19) })
    expect(compare(run, short).verdict).toBe('not comparable')
    const thin = simulatedRun({ seed: 3, requestsPerSecond: 4 })
    expect(ofAll(compare(thin, thin)).p99Milliseconds?.because).toMatch(
      /^\d+ requests at full load, and 500 are needed$/,
    )
  })

  it('an endpoint that only one run has is not compared', () => {
    const other = simulatedRun({ seed: 1, endpoints: ['search', 'buy'] })
    const buy = compare(run, other).figures.filter(({ scope }) => scope.kind === 'endpoint' && scope.endpoint === 'buy')
    expect(buy.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 5 }, () => 'not comparable'))
  })
})
