import { constants } from 'node:os'
import type { InstanceExit, InstanceObservation } from '../../health/observation.ts'
import type { EventFindings } from './event-facts.ts'
import type { ContainerFacts, PodFacts } from './pod-facts.ts'
import { endedContainer, type PodHistory } from './pod-history.ts'
import type { ContainerEnd } from './pod-schema.ts'
import { missingSettings, type Trouble, unschedulable } from './pod-trouble.ts'
import type { SettingsReference } from './settings-references.ts'

/** What was asked about a pod beside the pod itself. */
export type PodFindings = {
  readonly events: EventFindings | null
  /** What it answered when asked whether it is ready; null while not asked or where it could not be. */
  readonly answer: string | null
  readonly missing: readonly SettingsReference[]
}

export const noFindings: PodFindings = { events: null, answer: null, missing: [] }

type Looked = {
  readonly history: PodHistory
  readonly findings: PodFindings
  /** Restarts that the pod already had when this release was applied. */
  readonly restartsBefore: number
}

const signalNames = new Map<number, string>(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** A process that a signal ended is reported as 128 plus its number. */
const signalOf = ({ exitCode, signal = 0, reason }: ContainerEnd): string | null => {
  if (reason === 'StartError') return null
  const number = signal > 0 ? signal : exitCode - 128
  return signalNames.get(number) ?? null
}

/** Both moments are the kubelet's, in whole seconds. */
const lifetime = ({ startedAt, finishedAt, reason }: ContainerEnd): string | null => {
  if (reason === 'StartError') return 'without having started'
  const started = Date.parse(startedAt ?? '')
  const finished = Date.parse(finishedAt ?? '')
  if (Number.isNaN(started) || Number.isNaN(finished)) return null
  const seconds = Math.round((finished - started) / 1000)
  return seconds < 1 ? 'within a second' : `after ${seconds} s`
}

const causeOf = (end: ContainerEnd, { memoryLimit }: ContainerFacts, findings: PodFindings): string | null => {
  if (end.reason === 'OOMKilled') {
    const limit = memoryLimit === null ? 'the node had no more' : `its limit is ${memoryLimit}`
    return `it ran out of memory (${limit})`
  }
  if (end.reason === 'StartError') return end.message ?? end.reason
  const { events } = findings
  if (events?.killedByProbe === true && events.probe !== null) return `the kubelet ended it: ${events.probe}`
  return null
}

const exitOf = (container: ContainerFacts, at: number, findings: PodFindings): InstanceExit | null => {
  const end = container.lastEnd
  if (end === null) return null
  const after = lifetime(end)
  const cause = causeOf(end, container, findings)
  const signal = signalOf(end)
  return {
    code: signal === null && end.reason !== 'StartError' ? end.exitCode : null,
    signal,
    at,
    ...(after === null ? {} : { after }),
    ...(cause === null ? {} : { cause }),
  }
}

const memoryAdvice = 'Raise its memory limit in stacks/environments.ts, or find what grows.'

const waiting = ({ reason, message, advice }: Trouble, since: number) => ({
  state: 'waiting' as const,
  reason,
  message,
  waitingSince: since,
  ...(advice === undefined ? {} : { advice }),
})

/** What an instance that has not started waits for, and whether anything is wrong with that. */
const notStarted = (pod: PodFacts, { history, findings }: Looked) => {
  const since = history.waitingSince ?? history.firstSeenAt
  if (pod.unschedulable !== null) return waiting(unschedulable(pod.unschedulable), since)
  const trouble = history.trouble ?? findings.events?.notCreated ?? null
  if (trouble !== null && findings.missing.length > 0) return waiting(missingSettings(findings.missing), since)
  if (trouble !== null) return waiting(trouble, since)
  if (pod.node === '') return { state: 'starting' as const, message: 'no node has it yet' }
  const doing = findings.events?.pulling === true ? 'pulling its image' : 'its container is being created'
  return { state: 'starting' as const, message: doing }
}

const probeFailure = (pod: PodFacts, { events, answer }: PodFindings): string | null =>
  answer ?? pod.notReadyBecause ?? events?.probe ?? null

/** A pod in the words of cli/health/. */
export const observePod = (pod: PodFacts, looked: Looked): InstanceObservation => {
  const { history, findings, restartsBefore } = looked
  const restarts = Math.max(0, pod.restarts - restartsBefore)
  const common = { name: pod.name, ready: pod.ready, restarts }
  const started = history.startedAt === null ? {} : { startedAt: history.startedAt }
  const ended = endedContainer(pod)
  // One that ended before and runs again still tells how, should it have been too often.
  const told = ended ?? (restarts > 0 ? pod.containers.find(({ lastEnd }) => lastEnd !== null) : undefined)
  const exit = told === undefined ? null : exitOf(told, history.endedAt ?? history.firstSeenAt, findings)
  const advice = told?.lastEnd?.reason === 'OOMKilled' ? { advice: memoryAdvice } : {}

  if (ended !== undefined && exit !== null) {
    return { ...common, ...started, ...advice, state: 'exited', ready: false, exit }
  }
  const runs = pod.containers.some(({ role, running }) => role === 'main' && running)
  const stuck = pod.unschedulable !== null || history.trouble !== null
  if (!runs || stuck) return { ...common, ready: false, ...notStarted(pod, looked) }

  const probe = pod.ready ? null : probeFailure(pod, findings)
  return {
    ...common,
    ...started,
    ...advice,
    state: 'running',
    ...(history.readySince === null ? {} : { readySince: history.readySince }),
    ...(exit === null ? {} : { exit }),
    ...(probe === null ? {} : { probeFailure: probe }),
  }
}
