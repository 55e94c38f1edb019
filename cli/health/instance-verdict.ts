import type { InstanceObservation } from './observation.ts'
import type { HealthPolicy } from './policy.ts'

export type VerdictState = 'progressing' | 'healthy' | 'unhealthy' | 'unknown'
export type Judgement = { readonly state: VerdictState; readonly reason: string }

/** Reasons that no waiting mends: the platform itself will not try again, or every try ends alike. */
const finalReasons: ReadonlySet<string> = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

/** How an instance ended, in one phrase: `exited with code 1 after 0.4 s`, `was killed by SIGKILL`. */
export const ending = (instance: InstanceObservation): string => {
  if (instance.exit === undefined) return 'ended'
  const after = instance.startedAt === undefined ? '' : ` after ${seconds(instance.exit.at - instance.startedAt)}`
  if (instance.exit.signal !== null) return `was killed by ${instance.exit.signal}${after}`
  if (instance.exit.code === null) return `ended${after}`
  const surprise = instance.exit.code === 0 ? '; a service is expected to keep running' : ''
  return `exited with code ${instance.exit.code}${after}${surprise}`
}

const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

type InstanceContext = {
  readonly now: number
  /** When the gate began to look: what an instance did before then is no evidence. */
  readonly watchedSince: number
  readonly policy: HealthPolicy
  readonly stabilitySeconds: number
}

/** One instance at one moment, in the order in which a person would check. */
export const instanceVerdict = (
  instance: InstanceObservation,
  { now, watchedSince, policy, stabilitySeconds }: InstanceContext,
): Judgement => {
  // Without a start there is still a moment from which on it was waited for.
  const startedAt = instance.startedAt ?? watchedSince
  const age = now - startedAt
  const why = [instance.reason, instance.message].filter((word) => word !== undefined).join(': ')

  if (instance.reason !== undefined && finalReasons.has(instance.reason)) {
    return { state: 'unhealthy', reason: `${instance.name} cannot start: ${why}` }
  }

  const ends = instance.restarts + (instance.state === 'exited' ? 1 : 0)
  if (ends > policy.restartsTolerated) {
    const often = ends === 1 ? '' : ` (it ended ${times(ends)})`
    return { state: 'unhealthy', reason: `${instance.name} ${ending(instance)}${often}` }
  }
  if (instance.state === 'exited') return { state: 'progressing', reason: `${instance.name} ${ending(instance)}` }

  if (instance.state === 'waiting') {
    if (age <= policy.waitingSeconds * 1000) return { state: 'progressing', reason: `${instance.name} waits: ${why}` }
    return { state: 'unhealthy', reason: `${instance.name} has waited ${seconds(age)}: ${why}` }
  }

  if (!instance.ready) {
    const probe = instance.probeFailure ?? 'its readiness probe has not passed yet'
    // One that ran long before the gate has not been asked yet when the gate begins.
    const slow = now - Math.max(startedAt, watchedSince)
    if (slow <= policy.slowStartSeconds * 1000) {
      return { state: 'progressing', reason: `${instance.name} is not ready: ${probe}` }
    }
    return { state: 'unhealthy', reason: `${instance.name} is not ready after ${seconds(slow)}: ${probe}` }
  }

  const stableFor = now - (instance.readySince ?? now)
  if (stableFor < stabilitySeconds * 1000) {
    return { state: 'progressing', reason: `${instance.name} is ready; it must stay so for ${stabilitySeconds} s` }
  }
  return { state: 'healthy', reason: `${instance.name} is ready` }
}
