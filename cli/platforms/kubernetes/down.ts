import { ShopctlError } from '../../errors/shopctl-error.ts'
import { madeByAnnotation } from './adapt-to-live.ts'
import { pruneObjects } from './inventory.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import {
  fetchLive,
  foundationSelector,
  inventorySelector,
  isFoundation,
  releaseKinds,
  visitorSelector,
} from './live-objects.ts'
import { fieldManager, fieldOwners } from './managed-fields.ts'
import { describeObject, referenceOf } from './object-reference.ts'
import { untilListed } from './until-listed.ts'

export type DownRequest = {
  readonly client: KubeClient
  readonly environment: string
  readonly namespace: string
  readonly data: 'keep' | 'delete'
  readonly signal: AbortSignal
  /** Is told what stays although it was to go. */
  readonly warn?: (message: string) => void
}

/** Immutable settings stay with the records: a way back needs both. */
const keptKinds: ReadonlySet<string> = new Set(['ConfigMap', 'Secret', 'PersistentVolumeClaim'])

const job = { apiVersion: 'batch/v1', kind: 'Job' }
const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
const pod = { apiVersion: 'v1', kind: 'Pod' }

/** A shop's own drain takes 15 s; a database writes its memory to disk. */
const stopSeconds = 120

/** Written by us in any way: what only carries our label may be anybody's. */
const isWrittenByUs = (object: KubeObject): boolean =>
  fieldOwners(object).some(({ manager }) => manager === fieldManager)

const remain = (request: DownRequest, pods: readonly KubeObject[]): ShopctlError =>
  new ShopctlError({
    code: 'PODS_REMAIN',
    outcome: 'unknown',
    what: `Not everything in ${request.environment} has stopped within ${stopSeconds} s.`,
    why: pods.map(
      ({ metadata }) => `pod ${metadata.name} is told to end since ${metadata.deletionTimestamp ?? 'never'}`,
    ),
    fix: [`kubectl --context ${request.client.context} --namespace ${request.namespace} get pods`],
  })

const untilStopped = async (request: DownRequest, labelSelector: string): Promise<void> => {
  const { client, environment, namespace, signal } = request
  let left: readonly KubeObject[] = []
  const judge = (pods: readonly KubeObject[]) => {
    left = pods
    return pods.length === 0 ? 'stopped' : null
  }
  const doing = `stopping what runs in ${environment}`
  const wait = { client, request: { ...pod, namespace, labelSelector }, judge, deadlineSeconds: stopSeconds, doing }
  if ((await untilListed({ ...wait, signal })) === null) throw remain(request, left)
}

const runs = ({ kind }: KubeObject): boolean => ['Deployment', 'StatefulSet', 'Job'].includes(kind)

/** Every cluster puts these into every namespace. */
const standard: ReadonlySet<string> = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default'])

const foreignIn = async ({ client, namespace, signal }: DownRequest): Promise<readonly string[]> => {
  const kinds = [...releaseKinds, job, claim, pod]
  const all = await fetchLive(client, { namespace, kinds, selector: '' }, signal)
  return all
    .filter((object) => !isWrittenByUs(object) && object.metadata.deletionTimestamp === undefined)
    .map((object) => describeObject(referenceOf(object)))
    .filter((name) => !standard.has(name))
}

/** Only a namespace that shopctl made, and in which nobody else has anything. */
const deleteNamespace = async (request: DownRequest): Promise<void> => {
  const { client, namespace, signal, warn = () => undefined } = request
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }
  const found = await client.read(reference, signal)
  if (found === null) return
  if (found.metadata.annotations?.[madeByAnnotation] !== fieldManager)
    return warn(`Namespace ${namespace} stays: shopctl did not make it.`)
  const foreign = await foreignIn(request)
  if (foreign.length > 0) return warn(`Namespace ${namespace} stays: ${foreign.join(', ')} is not shopctl's.`)
  await client.delete(reference, signal)
}

/**
 * From the front to the back: what users reach, then what the services stand on, then what is left of both. With
 * `keep` the records, the settings, the claims and the lock stay.
 */
export const downEnvironment = async (request: DownRequest): Promise<void> => {
  const { client, namespace, data, signal } = request
  const ours = (await fetchLive(client, { namespace, kinds: [...releaseKinds, job, claim] }, signal)).filter(
    isWrittenByUs,
  )
  const entries = ours.filter(({ kind }) => kind === 'Ingress' || kind === 'HorizontalPodAutoscaler')
  const servers = ours.filter((object) => runs(object) && !isFoundation(object))
  await pruneObjects([...entries, ...servers], request)
  await untilStopped(request, `${inventorySelector},${visitorSelector}`)
  await pruneObjects(
    ours.filter((object) => runs(object) && isFoundation(object)),
    request,
  )
  await untilStopped(request, `${inventorySelector},${foundationSelector}`)
  const rest = ours.filter((object) => !runs(object) && !entries.includes(object))
  await pruneObjects(data === 'keep' ? rest.filter(({ kind }) => !keptKinds.has(kind)) : rest, request)
  if (data === 'delete') await deleteNamespace(request)
}
