import type { AnalysisPolicy } from './analysis-policy.ts'
import { requestsOf, type Span, sumOf } from './counts.ts'
import type { Finding } from './finding.ts'
import { latencyFinding, slowdownBetween } from './latency-finding.ts'
import { errors, shareFinding, slowAnswers } from './share-finding.ts'

/** Spans of one set of instances, oldest first, and how long they are together. */
export type Measurement = { readonly seconds: number; readonly spans: readonly Span[] }

export type ServiceMeasurement = {
  readonly service: string
  /** Of the release before; null where there was none. */
  readonly baseline: Measurement | null
  readonly candidate: Measurement
  /** Of them, those after it was warm. */
  readonly warm: Measurement
}

/** A service that the release has not changed, before and after users moved: what became of it is nobody's release. */
export type ControlMeasurement = {
  readonly service: string
  readonly before: Measurement
  readonly after: Measurement
}

export type AnalysisObjectives = {
  readonly errorShare: number
  /** Of those that may take longer than the objective says. */
  readonly slowShare: number
  /** By route. */
  readonly routes: ReadonlyMap<string, { readonly errorShare: number }>
}

export type AnalysisInput = {
  readonly services: readonly ServiceMeasurement[]
  /** Services that the release has changed and that told nothing since, with why. */
  readonly unmeasured: readonly { readonly service: string; readonly words: string }[]
  readonly controls: readonly ControlMeasurement[]
  /** By what factor the machine itself has become slower, by a yardstick that no release changes; 1 where it has not. */
  readonly machine: number
  readonly objectives: AnalysisObjectives
  readonly policy: AnalysisPolicy
  /** Each look may be mistaken: how many there will be has to be known from the start. */
  readonly looks: number
  /** Latency is judged at fewer looks. */
  readonly latency: 'judged' | 'not-yet'
}

export type AnalysisVerdict = {
  /** `pass` only where all that was changed was asked often enough. */
  readonly state: 'pass' | 'fail' | 'inconclusive'
  readonly findings: readonly Finding[]
}

export const latencyLooks = 4

const only = (spans: readonly Span[], route: string): readonly Span[] =>
  spans.map((span) => span.filter((counts) => counts.route === route))

const routesOf = (spans: readonly Span[]): readonly string[] => [...new Set(sumOf(spans).map(({ route }) => route))]

/** The least slowed of the unchanged: one of them may wait for the very service that has become slow. */
const driftOf = (controls: readonly ControlMeasurement[]): number => {
  const slowdowns = controls.flatMap(({ before, after }) => slowdownBetween(before.spans, after.spans) ?? [])
  return slowdowns.length === 0 ? 1 : Math.max(1, Math.min(...slowdowns))
}

const driftIn = ({ machine, controls }: AnalysisInput): number => Math.max(machine, driftOf(controls))

const rateOf = ({ spans, seconds }: Measurement): number => (seconds === 0 ? 0 : requestsOf(sumOf(spans)) / seconds)

/** How many comparisons there are: the whole service and each of its routes. */
const groupsOf = ({ candidate }: ServiceMeasurement): number => 1 + routesOf(candidate.spans).length

const latencyFindings = (measured: ServiceMeasurement, input: AnalysisInput, alpha: number): readonly Finding[] => {
  const { service, baseline, warm } = measured
  if (baseline === null || input.latency === 'not-yet') return []
  const before = rateOf(baseline)
  const given = {
    service,
    drift: driftIn(input),
    crowding: before === 0 ? Infinity : rateOf(warm) / before,
    alpha,
    policy: input.policy,
  }
  const known = new Set(routesOf(baseline.spans))
  const routes = routesOf(warm.spans).filter((route) => known.has(route))
  return [
    latencyFinding({ ...given, route: null, baseline: baseline.spans, candidate: warm.spans }),
    ...routes.map((route) =>
      latencyFinding({ ...given, route, baseline: only(baseline.spans, route), candidate: only(warm.spans, route) }),
    ),
  ]
}

const shareFindings = (measured: ServiceMeasurement, input: AnalysisInput, alpha: number): readonly Finding[] => {
  const { service, baseline, candidate, warm } = measured
  const { objectives, policy } = input
  const groups = [null, ...routesOf(candidate.spans)]
  const metrics = [
    {
      metric: errors,
      asked: candidate,
      objective: (route: string) => objectives.routes.get(route)?.errorShare,
      whole: objectives.errorShare,
      drift: 1,
    },
    {
      metric: slowAnswers,
      // A new program answers slowly until it is warm, and so does every other on a machine that has become slower.
      asked: warm,
      objective: () => objectives.slowShare,
      whole: objectives.slowShare,
      drift: driftIn(input),
    },
  ]
  return groups.flatMap((route) =>
    metrics.map(({ metric, asked, objective, whole, drift }) => {
      const spans = (of: readonly Span[]) => (route === null ? of : only(of, route))
      const given = { service, route, alpha, policy, objective: (route === null ? null : objective(route)) ?? whole }
      const then = baseline === null ? null : spans(baseline.spans)
      return shareFinding({ ...given, drift, baseline: then, candidate: spans(asked.spans) }, metric)
    }),
  )
}

const unmeasuredFindings = ({ unmeasured, objectives }: AnalysisInput): readonly Finding[] =>
  unmeasured.map(({ service, words }) => ({
    service,
    route: null,
    metric: 'errors',
    verdict: 'inconclusive',
    candidate: { requests: 0, value: 0 },
    baseline: null,
    objective: objectives.errorShare,
    chance: null,
    words,
  }))

/** Nothing was asked that has such an objective: that says nothing and lacks nothing. */
const isEmpty = ({ metric, candidate }: Finding): boolean => metric === 'slow-answers' && candidate.requests === 0

/**
 * Whether a release does as well as the one before. What may go wrong by chance is shared out beforehand: over all looks
 * that will be taken and all comparisons that are made (Bonferroni), so that looking often makes no false alarm likelier.
 */
export const analysisVerdict = (input: AnalysisInput): AnalysisVerdict => {
  const { services, policy, looks } = input
  const groups = Math.max(
    1,
    services.reduce((sum, measured) => sum + groupsOf(measured), 0),
  )
  const half = policy.falseAlarm / 2
  const judged = services
    .flatMap((measured) => [
      ...shareFindings(measured, input, half / (looks * groups * 2)),
      ...latencyFindings(measured, input, half / (latencyLooks * groups)),
    ])
    .filter((finding) => !isEmpty(finding) && (finding.route === null || finding.verdict === 'worse'))
  const findings = [...judged, ...unmeasuredFindings(input)]
  if (findings.some(({ verdict }) => verdict === 'worse')) return { state: 'fail', findings }
  // A route that is asked for twice a day is never asked often enough, and its service may be all the same.
  const whole = findings.filter(({ route }) => route === null)
  const isOpen = whole.length === 0 || whole.some(({ verdict }) => verdict === 'inconclusive')
  return { state: isOpen ? 'inconclusive' : 'pass', findings }
}
