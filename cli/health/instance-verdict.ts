import { finalReasons } from './final-reasons.ts'
import type { InstanceExit, InstanceObservation } from './observation.ts'
import type { HealthPolicy } from './policy.ts'

export type VerdictState = 'progressing' | 'healthy' | 'unhealthy' | 'unknown'
export type Judgement = {
  readonly state: VerdictState
  readonly reason: string
  /** What a person can do about it. */
  readonly advice?: string
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

const lifetime = ({ exit, startedAt }: InstanceObservation): string => {
  if (exit?.after !== undefined) return ` ${exit.after}`
  return exit === undefined || startedAt === undefined ? '' : ` after ${seconds(exit.at - startedAt)}`
}

const surprise = ({ code, cause }: InstanceExit): string => {
  if (cause !== undefined) return `: ${cause}`
  return code === 0 ? '; a service is expected to keep running' : ''
}

/** How an instance ended, in one phrase: `exited with code 1 after 0.4 s`, `was killed by SIGKILL`. */
export const ending = (instance: InstanceObservation): string => {
  const { exit } = instance
  if (exit === undefined) return 'ended'
  const after = lifetime(instance)
  if (exit.signal !== null) return `was killed by ${exit.signal}${after}${surprise(exit)}`
  if (exit.code === null) return `ended${after}${surprise(exit)}`
  return `exited with code ${exit.code}${after}${surprise(exit)}`
}

const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

type InstanceContext = {
  readonly now: number
  /** When the gate began to look: what an instance did before then is no evidence. */
  readonly watchedSince: number
  readonly policy: HealthPolicy
  readonly stabilitySeconds: number
}

const judge = (
  instance: InstanceObservation,
  { now, watchedSince, policy, stabilitySeconds }: InstanceContext,
): Judgement => {
  // Without a start there is still a moment from which on it was waited for.
  const startedAt = instance.startedAt ?? watchedSince
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

  if (instance.state === 'starting')
    return { state: 'progressing', reason: `${instance.name} is being started${why === '' ? '' : `: ${why}`}` }

  if (instance.state === 'waiting') {
    const age = now - (instance.waitingSince ?? startedAt)
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

/** One instance at one moment, in the order in which a person would check. */
export const instanceVerdict = (instance: InstanceObservation, context: InstanceContext): Judgement => {
  const judgement = judge(instance, context)
  return instance.advice === undefined || judgement.state === 'healthy'
    ? judgement
    : { ...judgement, advice: instance.advice }
}
