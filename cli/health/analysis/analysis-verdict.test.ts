import { describe, expect, test } from 'vitest'
import { analysisPolicies } from './analysis-policy.ts'
import { type AnalysisInput, type AnalysisVerdict, analysisVerdict, latencyLooks } from './analysis-verdict.ts'
import type { Span } from './counts.ts'
import { type SimulatedRoute, seededRandom, simulate } from './testing/simulated-service.ts'

const policy = analysisPolicies.local ?? expect.fail('local has no policy')
/** A look every three seconds: each costs, and hundreds of releases are looked at. */
const lookSeconds = 3
const looks = policy.windowSeconds / lookSeconds
const objectives = { errorShare: 0.01, slowShare: 0.05, routes: new Map() }
const measured = (spans: readonly Span[]) => ({ seconds: spans.length, spans })

const catalog: readonly SimulatedRoute[] = [
  { route: 'GET /api/v1/products', requestsPerSecond: 12, meanMilliseconds: 6, errorShare: 0.001 },
  { route: 'GET /api/v1/products/{id}', requestsPerSecond: 20, meanMilliseconds: 3, errorShare: 0.001 },
  { route: 'GET /api/v1/inventory/{product_id}', requestsPerSecond: 3, meanMilliseconds: 4, errorShare: 0 },
]

type Run = {
  readonly before?: readonly SimulatedRoute[] | null
  readonly after: readonly SimulatedRoute[]
  readonly unsteadiness?: number
  readonly seed: number
  readonly referenceSeconds?: number
}

/** As the flow does it: look after look, and an end at the first that fails. */
const analyse = ({ before = catalog, after, unsteadiness = 0.08, seed, referenceSeconds = 25 }: Run) => {
  const random = seededRandom(seed)
  const given = { unsteadiness, random }
  const reference = before === null ? null : simulate({ ...given, routes: before }, referenceSeconds)
  const spans = simulate({ ...given, routes: after }, policy.windowSeconds)
  let verdict: AnalysisVerdict = { state: 'inconclusive', findings: [] }
  for (let seconds = lookSeconds; seconds <= spans.length; seconds += lookSeconds) {
    const candidate = spans.slice(0, seconds)
    const input: AnalysisInput = {
      services: [
        {
          service: 'catalog',
          baseline: reference === null ? null : measured(reference),
          candidate: measured(candidate),
          warm: measured(candidate.slice(policy.warmUpSeconds)),
        },
      ],
      unmeasured: [],
      controls: [],
      machine: 1,
      objectives,
      policy,
      looks,
      latency: seconds % (policy.windowSeconds / latencyLooks) === 0 ? 'judged' : 'not-yet',
    }
    verdict = analysisVerdict(input)
    if (verdict.state === 'fail') return { verdict, seconds }
  }
  return { verdict, seconds: spans.length }
}

const worst = ({ findings }: AnalysisVerdict) => findings.find(({ verdict }) => verdict === 'worse')
const slower = (factor: number) =>
  catalog.map((route) => ({ ...route, meanMilliseconds: route.meanMilliseconds * factor }))
const failing = (errorShare: number) => catalog.map((route) => ({ ...route, errorShare }))
const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed + 1)

describe('over many simulated releases, each looked at twenty times', () => {
  test('one as good as the one before never fails, however often it is looked at', () => {
    const failed = seeds(500).flatMap((seed) => worst(analyse({ after: catalog, seed }).verdict)?.words ?? [])
    expect(failed).toEqual([])
  }, 120_000)

  test('nor does one on a machine whose pace wanders by a fifth', () => {
    const failed = seeds(40).flatMap(
      (seed) => worst(analyse({ after: catalog, seed, unsteadiness: 0.2 }).verdict)?.words ?? [],
    )
    expect(failed).toEqual([])
  })

  test('nor one that is as broken as the one before', () => {
    const run = { before: failing(0.05), after: failing(0.05) }
    const failed = seeds(40).flatMap((seed) => worst(analyse({ ...run, seed }).verdict)?.words ?? [])
    expect(failed).toEqual([])
  })

  test('5 % errors are found every time, and long before the window ends', () => {
    const runs = seeds(30).map((seed) => analyse({ after: failing(0.05), seed }))
    expect(runs.filter(({ verdict }) => worst(verdict)?.metric !== 'errors')).toEqual([])
    expect(Math.max(...runs.map(({ seconds }) => seconds))).toBeLessThan(0.6 * policy.windowSeconds)
  })

  test('30 % slower is found every time where a hundred requests come a second and the machine keeps its pace', () => {
    const busy = (routes: readonly SimulatedRoute[]) =>
      routes.map((route) => ({ ...route, requestsPerSecond: 3 * route.requestsPerSecond }))
    const runs = seeds(30).map((seed) =>
      analyse({ before: busy(catalog), after: busy(slower(1.3)), seed, unsteadiness: 0.04 }),
    )
    expect(runs.filter(({ verdict }) => worst(verdict)?.metric !== 'latency')).toEqual([])
  })

  test('10 % slower never fails', () => {
    const failed = seeds(40).flatMap((seed) => worst(analyse({ after: slower(1.1), seed }).verdict)?.words ?? [])
    expect(failed).toEqual([])
  })

  test('another mix of the same routes is no slowness', () => {
    const mix = (list: number, one: number) =>
      catalog.map((route, index) => ({ ...route, requestsPerSecond: index === 0 ? list : one }))
    const run = { before: mix(3, 30), after: mix(30, 3) }
    const failed = seeds(30).flatMap((seed) => worst(analyse({ ...run, seed }).verdict)?.words ?? [])
    expect(failed).toEqual([])
  })
})

describe('what the verdict says', () => {
  test('what, against what and how sure', () => {
    const { verdict } = analyse({ after: failing(0.05), seed: 7 })
    expect(verdict.state).toBe('fail')
    expect(worst(verdict)?.words).toMatch(
      /^\d\.\d % of [\d,]+ requests failed \(5xx\); of the release before 0\.\d+ % of [\d,]+; the objective is under 1\.0 %; by chance: .*1 in [\d,]+$/,
    )
  })

  test('without a request it is inconclusive, with how many would do', () => {
    const silent = catalog.map((route) => ({ ...route, requestsPerSecond: 0 }))
    const { verdict } = analyse({ after: silent, seed: 1 })
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.findings.map(({ words }) => words)).toContainEqual(
      expect.stringMatching(/^0 % of 0 requests failed .*; too few to say more; about \d+ would do$/),
    )
  })

  test('a good release is said to be as good', () => {
    expect(analyse({ after: catalog, seed: 3 }).verdict.state).toBe('pass')
  })

  test('the first release has only its objectives to keep', () => {
    expect(analyse({ before: null, after: catalog, seed: 3 }).verdict.state).toBe('pass')
    expect(analyse({ before: null, after: failing(0.05), seed: 3 }).verdict.state).toBe('fail')
  })

  test('a single route that fails is found among many that do not', () => {
    const after = catalog.map((route, index) => ({ ...route, errorShare: index === 2 ? 0.5 : 0.001 }))
    expect(worst(analyse({ after, seed: 5 }).verdict)).toMatchObject({ route: 'GET /api/v1/inventory/{product_id}' })
  })
})

const steady = (count: number, errors: readonly number[]): readonly Span[] =>
  errors.map((failed) => [
    { route: 'GET /x', status: 200, requests: count - failed, seconds: (count - failed) * 0.01, slow: null },
    ...(failed === 0 ? [] : [{ route: 'GET /x', status: 500, requests: failed, seconds: 0, slow: null }]),
  ])

const judged = (baseline: readonly Span[], candidate: readonly Span[], changes: Partial<AnalysisInput> = {}) =>
  analysisVerdict({
    services: [
      { service: 'catalog', baseline: measured(baseline), candidate: measured(candidate), warm: measured(candidate) },
    ],
    unmeasured: [],
    controls: [],
    machine: 1,
    objectives,
    policy,
    looks,
    latency: 'judged',
    ...changes,
  })

const clean = Array.from({ length: 30 }, () => 0)

describe('a release that mends a broken one', () => {
  test('is good where it keeps the objective, which is all that is left to ask it against', () => {
    const broken = clean.map(() => 3)
    expect(judged(steady(40, broken), steady(40, clean)).state).toBe('pass')
    const slightly = clean.map((_, index) => (index % 2 === 0 ? 1 : 0))
    expect(judged(steady(40, slightly), steady(40, clean)).state).toBe('pass')
  })

  test('a few requests of which some failed by chance do not break the one before', () => {
    const few = steady(20, [1])
    const fails = clean.map((_, index) => (index % 2 === 0 ? 1 : 0))
    expect(judged(few, steady(20, fails), { latency: 'not-yet' }).state).toBe('inconclusive')
  })
})

test('a service that told nothing leaves the verdict open, however good the others are', () => {
  const unmeasured = [{ service: 'orders', words: 'its metrics are not known: orders-a: connection refused' }]
  const { state, findings } = judged(steady(40, clean), steady(40, clean), { unmeasured })
  expect(state).toBe('inconclusive')
  expect(findings).toContainEqual(expect.objectContaining({ service: 'orders', words: unmeasured[0]?.words }))
})

describe('answers slower than the objective', () => {
  const share = (slow: number): readonly Span[] =>
    clean.map(() => [{ route: 'GET /x', status: 200, requests: 40, seconds: 0.4, slow }])
  const slowWords = ({ findings }: AnalysisVerdict) => findings.find(({ metric }) => metric === 'slow-answers')
  const onlySlowAsked = { latency: 'not-yet' } as const

  test('are worse where they are more than the objective and than before', () => {
    expect(worst(judged(share(0), share(8), onlySlowAsked))).toMatchObject({ metric: 'slow-answers' })
    expect(worst(judged(share(8), share(8), onlySlowAsked))).toBeUndefined()
  })

  test('are no fault of a release on a machine that has become slower', () => {
    const verdict = judged(share(0), share(8), { ...onlySlowAsked, machine: 1.4 })
    expect(verdict.state).toBe('inconclusive')
    expect(slowWords(verdict)?.words).toContain('what the release has not changed takes 40 % longer, too')
  })

  test('say nothing before the release is warm', () => {
    const cold = { service: 'catalog', baseline: measured(share(0)), candidate: measured(share(8)), warm: measured([]) }
    const verdict = judged(share(0), share(8), { ...onlySlowAsked, services: [cold] })
    expect(slowWords(verdict)).toBeUndefined()
    expect(verdict.state).toBe('pass')
  })
})

describe('what is no fault of the release', () => {
  test('one hiccup, however many requests it cost', () => {
    const hiccup = clean.map((_, index) => (index === 10 ? 40 : 0))
    expect(judged(steady(40, clean), steady(40, hiccup)).state).toBe('pass')
    const lasting = clean.map((_, index) => (index > 10 ? 8 : 0))
    expect(judged(steady(40, clean), steady(40, lasting)).state).toBe('fail')
  })

  const slow = (spans: readonly Span[], factor: number): readonly Span[] =>
    spans.map((span) => span.map((counts) => ({ ...counts, seconds: counts.seconds * factor })))

  test('a machine that became slower for services that were not changed, too', () => {
    const before = steady(40, clean)
    const control = { service: 'users', before: measured(before), after: measured(slow(before, 1.4)) }
    expect(judged(before, slow(before, 1.4)).state).toBe('fail')
    expect(judged(before, slow(before, 1.4), { controls: [control] }).state).toBe('pass')
  })

  test('a machine that takes longer for the same yardstick', () => {
    const before = steady(40, clean)
    expect(judged(before, slow(before, 1.4), { machine: 1.3 }).state).toBe('pass')
    expect(judged(before, slow(before, 1.9), { machine: 1.3 }).state).toBe('fail')
  })

  test('a crowd that came with it', () => {
    const before = steady(40, clean)
    const verdict = judged(before, slow(steady(80, clean), 1.4))
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.findings.map(({ words }) => words)).toContainEqual(expect.stringMatching(/but 2\.0 times as many/))
  })

  test('slowness that passes as it gets warm', () => {
    const before = steady(40, clean)
    const warming = clean.map((_, index) => slow(steady(40, [0]), index < 18 ? 1.4 : 1)[0] ?? [])
    expect(judged(before, warming).state).toBe('pass')
  })
})
