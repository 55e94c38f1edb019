import { serviceLabel, templateLabel } from '../../../manifests/labels.ts'
import type { KubeObject } from './kube-client.ts'
import {
  type ContainerEnd,
  type ParsedContainer,
  type ParsedContainerStatus,
  type ParsedPod,
  podSchema,
} from './pod-schema.ts'
import { type SettingsReference, settingsReferences } from './settings-references.ts'

export type ContainerFacts = {
  readonly name: string
  readonly image: string
  /** `init` ends before the pod starts; `main` is expected to keep running. */
  readonly role: 'init' | 'main'
  readonly waiting: { readonly reason: string; readonly message: string } | null
  readonly running: boolean
  /** It has ended and does not run now. */
  readonly ended: ContainerEnd | null
  /** How it ended the last time, whatever it does now. */
  readonly lastEnd: ContainerEnd | null
  readonly restarts: number
  readonly memoryLimit: string | null
}

export type PodFacts = {
  readonly uid: string
  readonly name: string
  readonly service: string
  readonly template: string
  /** Name of the ReplicaSet that it belongs to and the hash in it; null for the pod of a Job and the like. */
  readonly replicaSet: { readonly name: string; readonly hash: string } | null
  readonly createdAt: number
  readonly node: string
  readonly phase: string
  /** Why the platform itself ended it, for example `Evicted`. */
  readonly phaseReason: string | null
  readonly phaseMessage: string
  /** When it is to be gone, its grace included. */
  readonly endsBy: number | null
  readonly finalizers: readonly string[]
  readonly ready: boolean
  /** Wall clock of the node, whole seconds. */
  readonly readyAt: number | null
  /** Why a pod whose containers are ready is not: a load balancer's readiness gate. */
  readonly notReadyBecause: string | null
  readonly unschedulable: string | null
  readonly containers: readonly ContainerFacts[]
  readonly restarts: number
  readonly readiness: { readonly port: number; readonly path: string } | null
  readonly settings: readonly SettingsReference[]
}

const containerFacts = (
  declared: ParsedContainer,
  status: ParsedContainerStatus | undefined,
  role: ContainerFacts['role'],
): ContainerFacts => {
  const { waiting, running, terminated } = status?.state ?? {}
  const limit = declared.resources.limits.memory
  return {
    name: declared.name,
    image: declared.image,
    role,
    waiting: waiting === undefined ? null : { reason: waiting.reason ?? '', message: waiting.message ?? '' },
    running: running !== undefined,
    ended: terminated ?? null,
    lastEnd: terminated ?? status?.lastState.terminated ?? null,
    restarts: status?.restartCount ?? 0,
    memoryLimit: limit === undefined ? null : String(limit),
  }
}

const containersOf = ({ spec, status }: ParsedPod): readonly ContainerFacts[] => {
  const init = new Map(status.initContainerStatuses.map((one) => [one.name, one]))
  const main = new Map(status.containerStatuses.map((one) => [one.name, one]))
  return [
    ...spec.initContainers.map((one) => containerFacts(one, init.get(one.name), 'init')),
    ...spec.containers.map((one) => containerFacts(one, main.get(one.name), 'main')),
  ]
}

/** Where the kubelet asks for readiness, so that the same can be asked through the API server. */
const readinessOf = ({ spec }: ParsedPod): PodFacts['readiness'] => {
  for (const { readinessProbe, ports } of spec.containers) {
    const ask = readinessProbe?.httpGet
    if (ask === undefined) continue
    const named = ports.find(({ name }) => name === ask.port)?.containerPort
    const port = typeof ask.port === 'number' ? ask.port : (named ?? Number(ask.port))
    if (Number.isInteger(port)) return { port, path: ask.path }
  }
  return null
}

const replicaSetOf = ({ metadata }: ParsedPod): PodFacts['replicaSet'] => {
  const owner = metadata.ownerReferences.find(({ kind, controller }) => kind === 'ReplicaSet' && controller)
  return owner === undefined ? null : { name: owner.name, hash: metadata.labels['pod-template-hash'] ?? '' }
}

const milliseconds = (moment: string | null | undefined): number | null =>
  moment === null || moment === undefined ? null : Date.parse(moment)

/** Null where the object does not read as a pod. */
export const parsePod = (object: KubeObject): PodFacts | null => {
  const parsed = podSchema.safeParse(object)
  if (!parsed.success) return null
  const { metadata, spec, status } = parsed.data
  const condition = (type: string) => status.conditions.find((one) => one.type === type)
  const ready = condition('Ready')
  const scheduled = condition('PodScheduled')
  const gated = ready?.status !== 'True' && condition('ContainersReady')?.status === 'True'
  const containers = containersOf(parsed.data)
  return {
    uid: metadata.uid,
    name: metadata.name,
    service: metadata.labels[serviceLabel] ?? '',
    template: metadata.labels[templateLabel] ?? '',
    replicaSet: replicaSetOf(parsed.data),
    createdAt: Date.parse(metadata.creationTimestamp),
    node: spec.nodeName,
    phase: status.phase,
    phaseReason: status.reason ?? null,
    phaseMessage: status.message ?? '',
    endsBy: milliseconds(metadata.deletionTimestamp),
    finalizers: metadata.finalizers,
    ready: ready?.status === 'True',
    readyAt: ready?.status === 'True' ? milliseconds(ready.lastTransitionTime) : null,
    notReadyBecause: gated && ready !== undefined ? ready.message : null,
    unschedulable: scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' ? scheduled.message : null,
    containers,
    restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
    readiness: readinessOf(parsed.data),
    settings: settingsReferences(parsed.data),
  }
}

/** Of the Deployment's own ReplicaSet and made from this template: nothing else is the release being watched. */
export const isOf = (pod: PodFacts, wanted: { readonly deploymentName: string; readonly template: string }): boolean =>
  pod.template === wanted.template &&
  pod.replicaSet !== null &&
  pod.replicaSet.name === `${wanted.deploymentName}-${pod.replicaSet.hash}`
