import { instanceVerdict, type Judgement, type VerdictState } from './instance-verdict.ts'
import type { ReleaseObservation, ServiceObservation } from './observation.ts'
import type { HealthPolicy } from './policy.ts'

export type ServiceVerdict = Judgement & { readonly service: string }

export type ReleaseVerdict = {
  readonly state: VerdictState
  readonly services: readonly ServiceVerdict[]
  /** The sentences that decided, most telling first. */
  readonly reasons: readonly string[]
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

const serviceVerdict = (observation: ServiceObservation, now: number, context: GateContext): ServiceVerdict => {
  const { service, instances, desired } = observation
  const { policy } = context
  const stabilitySeconds = context.proven.has(service) ? policy.provenStabilitySeconds : policy.stabilitySeconds
  const asked = { now, watchedSince: context.startedAt, policy, stabilitySeconds }
  const judgements = instances.map((instance) => instanceVerdict(instance, asked))

  const bad = judgements.find(({ state }) => state === 'unhealthy')
  if (bad !== undefined) return { service, ...bad }

  if (observation.condition !== undefined) {
    const { reason, message } = observation.condition
    const overdue = now - context.startedAt > policy.waitingSeconds * 1000
    return { service, state: overdue ? 'unhealthy' : 'progressing', reason: `${service}: ${reason}: ${message}` }
  }

  const waiting = judgements.find(({ state }) => state === 'progressing')
  if (waiting !== undefined) return { service, ...waiting }

  if (instances.length < desired) {
    const missing = desired - instances.length
    return { service, state: 'progressing', reason: `${service} waits for ${missing} of ${desired} instances` }
  }
  return { service, state: 'healthy', reason: `${service} is ready` }
}

/**
 * Decides about a release at one moment. `unhealthy` needs evidence against a service; running out of time or out of
 * touch is never that, it is `unknown`.
 */
export const releaseVerdict = (observation: ReleaseObservation, context: GateContext): ReleaseVerdict => {
  const now = observation.at
  const services = observation.services.map((service) => serviceVerdict(service, now, context))
  const silentFor = now - context.lastContactAt

  if (!observation.inTouch) {
    const lost = observation.lostTouch ?? 'the platform does not answer'
    const state = silentFor > context.policy.outOfTouchSeconds * 1000 ? 'unknown' : 'progressing'
    return { state, services, reasons: [`no contact for ${Math.round(silentFor / 1000)} s: ${lost}`], culprits: [] }
  }

  const unhealthy = services.filter(({ state }) => state === 'unhealthy')
  if (unhealthy.length > 0) {
    return {
      state: 'unhealthy',
      services,
      reasons: unhealthy.map(({ reason }) => reason),
      culprits: unhealthy.map(({ service }) => service),
    }
  }

  const progressing = services.filter(({ state }) => state !== 'healthy')
  if (progressing.length === 0) return { state: 'healthy', services, reasons: [], culprits: [] }

  const reasons = progressing.map(({ reason }) => reason)
  const overdue = now - context.startedAt > context.policy.deadlineSeconds * 1000
  return { state: overdue ? 'unknown' : 'progressing', services, reasons, culprits: [] }
}
