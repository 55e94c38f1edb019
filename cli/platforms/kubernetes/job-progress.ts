import { z } from 'zod'
import { conditions } from './conditions.ts'
import type { KubeObject } from './kube-client.ts'
import { pullFailure } from './pull-failure.ts'

const jobSchema = z.object({ status: z.object({ conditions }).prefault({}) })

export type JobEnd = {
  readonly state: 'complete' | 'failed'
  readonly why: string
  /** It was stopped from outside: how its containers ended tells nothing. */
  readonly endedBy?: 'deadline'
}

/** Null for as long as the Job runs. */
export const jobEnd = (job: KubeObject): JobEnd | null => {
  const { data } = jobSchema.safeParse(job)
  const end = data?.status.conditions.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )
  if (end === undefined) return null
  const { type, reason, message } = end
  const late = reason === 'DeadlineExceeded' ? ({ endedBy: 'deadline' } as const) : {}
  return { state: type === 'Complete' ? 'complete' : 'failed', why: `${reason}: ${message}`, ...late }
}

const stateSchema = z.object({
  name: z.string(),
  image: z.string().default(''),
  state: z
    .object({
      running: z.object({}).optional(),
      waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
      terminated: z.object({ exitCode: z.number(), reason: z.string().default('') }).optional(),
    })
    .prefault({}),
})

const podSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ conditions, containerStatuses: z.array(stateSchema).default([]) }).prefault({}),
})

const eventSchema = z.object({ reason: z.string().default(''), message: z.string().default('') })

/** Why a Job gets nowhere. `patienceSeconds`: for how long this may pass by itself; null until the deadline. */
export type JobTrouble = { readonly why: string; readonly patienceSeconds: number | null }

const finalPulls: ReadonlySet<string> = new Set(['ImageNotFound', 'RegistryLoginRefused'])

/** A pull is tried again, a Secret may be a moment late; a name that is none stays one. */
const patienceByReason: Readonly<Record<string, number>> = {
  ErrImagePull: 20,
  ImagePullBackOff: 20,
  InvalidImageName: 0,
  ErrImageNeverPull: 0,
  CreateContainerConfigError: 10,
  CreateContainerError: 10,
  RunContainerError: 10,
}

/** A quota is freed only by somebody who frees it. */
const notCreatedSeconds = 10

const podTrouble = (pod: KubeObject): JobTrouble | null => {
  const { data } = podSchema.safeParse(pod)
  if (data === undefined) return null
  const { conditions, containerStatuses } = data.status
  for (const { name, image, state } of containerStatuses) {
    const { reason = '', message = '' } = state.waiting ?? {}
    const passing = patienceByReason[reason]
    if (passing === undefined) continue
    const isFinal = reason.includes('ImagePull') && finalPulls.has(pullFailure(message, image))
    const why = `container "${name}" of ${data.metadata.name} waits: ${reason}: ${message}`
    return { why, patienceSeconds: isFinal ? 0 : passing }
  }
  const scheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (scheduled === undefined) return null
  // A cluster that adds nodes takes minutes for one.
  return { why: `${data.metadata.name} has no node: ${scheduled.message}`, patienceSeconds: null }
}

const creationTrouble = (events: readonly KubeObject[]): JobTrouble | null => {
  const told = events.flatMap((event) => eventSchema.safeParse(event).data ?? [])
  const last = told.findLast(({ reason }) => reason === 'FailedCreate')
  return last === undefined ? null : { why: `no pod appeared: ${last.message}`, patienceSeconds: notCreatedSeconds }
}

export const jobTrouble = (pods: readonly KubeObject[], events: readonly KubeObject[]): JobTrouble | null => {
  if (pods.length === 0) return creationTrouble(events)
  return pods.map(podTrouble).find((trouble) => trouble !== null) ?? null
}

/** A container that never ran has no log, however long one asks. */
export const hasStarted = (pod: KubeObject): boolean =>
  (podSchema.safeParse(pod).data?.status.containerStatuses ?? []).some(
    ({ state }) => state.running !== undefined || state.terminated !== undefined,
  )

/** How the containers of a Job ended: `container "server" of orders-migrate-4-x2k exited 137 (OOMKilled)`. */
export const containerEnds = (pod: KubeObject): readonly string[] => {
  const { data } = podSchema.safeParse(pod)
  return (data?.status.containerStatuses ?? []).flatMap(({ name, state: { terminated } }) =>
    terminated === undefined || terminated.exitCode === 0
      ? []
      : [`container "${name}" of ${data?.metadata.name} exited ${terminated.exitCode} (${terminated.reason})`],
  )
}
