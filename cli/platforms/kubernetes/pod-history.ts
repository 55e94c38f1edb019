import type { PodFacts } from './pod-facts.ts'
import { type Trouble, waitingTrouble } from './pod-trouble.ts'

/** What was seen of a pod over time. Moments are on our own monotonic clock: clocks of nodes may be wrong. */
export type PodHistory = {
  readonly firstSeenAt: number
  /** First container seen running or ended. */
  readonly startedAt: number | null
  readonly readySince: number | null
  /** Tells two times of being ready apart: the kubelet may restart a container without ever saying "not ready". */
  readonly readyKey: string
  readonly waitingSince: number | null
  /** What it waits for. */
  readonly trouble: Trouble | null
  readonly endedAt: number | null
  /** Tells two ends apart: container, restarts, moment. */
  readonly endKey: string
}

export type Clock = {
  /** Milliseconds that never go back. */
  readonly now: number
  /** The API server's wall clock at `now`; null where it did not tell. */
  readonly serverNow: number | null
}

/**
 * Clocks of a node and of the API server may differ by this much without anything else noticing. A pod that became ready
 * before we began to look is credited with what exceeds it, so that a way back to pods that have served for hours waits
 * for nothing, and a wrong clock never shortens a window that matters.
 */
const clockDifference = 10_000

const readyBefore = (pod: PodFacts, { now, serverNow }: Clock): number => {
  if (pod.readyAt === null || serverNow === null) return now
  return now - Math.max(0, serverNow - pod.readyAt - clockDifference)
}

/** The container that tells most of a pod's state: the one that ended last, else the one that waits. */
export const endedContainer = ({ containers }: PodFacts) =>
  containers.find(({ role, ended, waiting, lastEnd }) => {
    if (ended !== null) return role === 'main' || ended.exitCode !== 0
    return waiting?.reason === 'CrashLoopBackOff' && lastEnd !== null
  })

const troubleOf = (pod: PodFacts, before: Trouble | null): Trouble | null => {
  for (const container of pod.containers) {
    const trouble = waitingTrouble(container, before)
    if (trouble !== null) return trouble
  }
  return null
}

/** `before` is undefined when the pod is seen for the first time. Pure: the same pod at the same moment, the same history. */
export const nextHistory = (before: PodHistory | undefined, pod: PodFacts, clock: Clock): PodHistory => {
  const { now } = clock
  const hasStarted = pod.containers.some(
    ({ role, running, lastEnd }) => role === 'main' && (running || lastEnd !== null),
  )
  const firstReady = before === undefined ? readyBefore(pod, clock) : now
  const trouble = troubleOf(pod, before?.trouble ?? null)
  const waits = trouble !== null || pod.unschedulable !== null
  const readyKey = `${pod.restarts} ${pod.readyAt}`
  const readySince = before?.readyKey === readyKey ? (before.readySince ?? now) : firstReady
  const ended = endedContainer(pod)
  const endKey = ended === undefined ? '' : `${ended.name} ${ended.restarts} ${ended.lastEnd?.finishedAt ?? ''}`
  return {
    firstSeenAt: before?.firstSeenAt ?? now,
    startedAt: before?.startedAt ?? (hasStarted ? now : null),
    readySince: pod.ready ? readySince : null,
    readyKey,
    waitingSince: waits ? (before?.waitingSince ?? now) : null,
    trouble,
    endedAt: ended === undefined ? null : before?.endKey === endKey ? before.endedAt : now,
    endKey,
  }
}
