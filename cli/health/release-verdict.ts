import { finalReasons } from './final-reasons.ts'
import { instanceVerdict, type Judgement, type VerdictState } from './instance-verdict.ts'
import type { ReleaseObservation, ServiceObservation } from './observation.ts'
import type { HealthPolicy } from './policy.ts'

export type ServiceVerdict = Judgement & { readonly service: string }

export type ReleaseVerdict = {
  readonly state: VerdictState
  readonly services: readonly ServiceVerdict[]
  /** The sentences that decided, most telling first. */
  readonly reasons: readonly string[]
  /** What a person can do about the reasons, as far as it is known. */
  readonly advice: readonly string[]
  /** What was noticed beside and decided nothing. */
  readonly notes: readonly string[]
  /** Services that are unhealthy themselves; empty unless the state is `unhealthy`. */
  readonly culprits: readonly string[]
}

export type GateContext = {
  readonly policy: HealthPolicy
  /** When the gate began and when the platform last answered, on the clock of the observations. */
  readonly startedAt: number
  readonly lastContactAt: number
  /** Services whose digest and settings have already succeeded here: they need the shorter window. */
  readonly proven: ReadonlySet<string>
}

const conditionVerdict = (
  { service, condition }: ServiceObservation,
  now: number,
  { startedAt, policy }: GateContext,
): Judgement | null => {
  if (condition === undefined) return null
  const { reason, message, advice, since = startedAt } = condition
  const decided = finalReasons.has(reason) || now - since > policy.waitingSeconds * 1000
  return {
    state: decided ? 'unhealthy' : 'progressing',
    reason: `${service}: ${reason}: ${message}`,
    ...(advice === undefined ? {} : { advice }),
  }
}

const judge = (observation: ServiceObservation, now: number, context: GateContext): Judgement => {
  const { service, instances, desired, unfinished } = observation
  const { policy, startedAt, proven } = context
  const stabilitySeconds = proven.has(service) ? policy.provenStabilitySeconds : policy.stabilitySeconds
  const asked = { now, watchedSince: startedAt, policy, stabilitySeconds }
  const judgements = instances.map((instance) => instanceVerdict(instance, asked))
  const condition = conditionVerdict(observation, now, context)

  const bad = judgements.find(({ state }) => state === 'unhealthy')
  // Where a foreign hand changed the whole, the instances tell of its doing.
  if (condition !== null && (bad === undefined || finalReasons.has(observation.condition?.reason ?? '')))
    return condition
  if (bad !== undefined) return bad

  const waiting = judgements.find(({ state }) => state === 'progressing')
  if (waiting !== undefined) return waiting

  if (instances.length < desired) {
    const missing = desired - instances.length
    return { state: 'progressing', reason: `${service} waits for ${missing} of ${desired} instances` }
  }
  if (unfinished !== undefined) return { state: 'progressing', reason: `${service}: ${unfinished}` }
  return { state: 'healthy', reason: `${service} is ready` }
}

const serviceVerdict = (observation: ServiceObservation, now: number, context: GateContext): ServiceVerdict => {
  const { service, notes = [] } = observation
  const judgement = judge(observation, now, context)
  if (judgement.state === 'healthy' || notes.length === 0) return { service, ...judgement }
  return { service, ...judgement, reason: [judgement.reason, ...notes].join('; ') }
}

const adviceOf = (services: readonly ServiceVerdict[]): readonly string[] => [
  ...new Set(services.flatMap(({ advice }) => advice ?? [])),
]

/**
 * Decides about a release at one moment. `unhealthy` needs evidence against a service; running out of time or out of
 * touch is never that, it is `unknown`.
 */
export const releaseVerdict = (observation: ReleaseObservation, context: GateContext): ReleaseVerdict => {
  const now = observation.at
  const services = observation.services.map((service) => serviceVerdict(service, now, context))
  const silentFor = now - context.lastContactAt
  const notes = observation.services.flatMap((service) => service.notes ?? [])

  if (!observation.inTouch) {
    const lost = observation.lostTouch ?? 'the platform does not answer'
    const state = silentFor > context.policy.outOfTouchSeconds * 1000 ? 'unknown' : 'progressing'
    const reasons = [`no contact for ${Math.round(silentFor / 1000)} s: ${lost}`]
    return { state, services, reasons, advice: [], notes, culprits: [] }
  }

  const unhealthy = services.filter(({ state }) => state === 'unhealthy')
  if (unhealthy.length > 0) {
    return {
      state: 'unhealthy',
      services,
      reasons: unhealthy.map(({ reason }) => reason),
      advice: adviceOf(unhealthy),
      notes,
      culprits: unhealthy.map(({ service }) => service),
    }
  }

  const progressing = services.filter(({ state }) => state !== 'healthy')
  if (progressing.length === 0) return { state: 'healthy', services, reasons: [], advice: [], notes, culprits: [] }

  const reasons = progressing.map(({ reason }) => reason)
  const overdue = now - context.startedAt > context.policy.deadlineSeconds * 1000
  return {
    state: overdue ? 'unknown' : 'progressing',
    services,
    reasons,
    advice: adviceOf(progressing),
    notes,
    culprits: [],
  }
}
