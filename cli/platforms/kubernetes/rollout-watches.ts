import { setTimeout as pause } from 'node:timers/promises'
import { serviceLabel } from '../../../manifests/labels.ts'
import type { ReleaseObservation } from '../../health/observation.ts'
import { parseDeployment } from './deployment-facts.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { listAndWatch } from './list-and-watch.ts'
import { referenceOf } from './object-reference.ts'
import { parsePod } from './pod-facts.ts'
import type { Clock } from './pod-history.ts'
import type { ServiceRollout } from './service-rollout.ts'
import type { Touch, WatchChange, WatchedObjects } from './watched-objects.ts'

/** A name that takes longer is told without: the verdict is worth more. */
const nameMilliseconds = 500

/** By service. */
export type Rollouts = ReadonlyMap<string, ServiceRollout>

export type RolloutWatchesRequest = {
  readonly client: Pick<KubeClient, 'list' | 'watch' | 'read'>
  readonly namespace: string
  readonly clock: () => Clock
  readonly changed: () => void
  readonly signal: AbortSignal
}

export type RolloutWatches = {
  readonly hasListed: () => boolean
  readonly touch: () => Pick<ReleaseObservation, 'inTouch' | 'lostTouch'>
  /** Resolves when it is known who changed a Deployment, or nobody has said so in time. At once where nobody did. */
  readonly named: () => Promise<unknown>
  /** Rejects with what the API server refuses. */
  readonly ended: Promise<unknown>
}

const rolloutOf = (rollouts: Rollouts, { metadata }: KubeObject): ServiceRollout | undefined =>
  rollouts.get(metadata.labels?.[serviceLabel] ?? '')

const takePods = (
  rollouts: Rollouts,
  change: WatchChange,
  { watched, clock }: { watched: WatchedObjects; clock: Clock },
): void => {
  const take = (object: KubeObject) => {
    const pod = parsePod(object)
    if (pod !== null) rolloutOf(rollouts, object)?.podChanged(pod, clock)
  }
  if (change.type === 'set') take(change.object)
  if (change.type === 'gone') rolloutOf(rollouts, change.object)?.podGone(change.object.metadata.uid ?? '')
  if (change.type !== 'listed') return
  for (const rollout of rollouts.values()) {
    for (const uid of rollout.uids()) if (!watched.objects.has(uid)) rollout.podGone(uid)
  }
  for (const object of watched.objects.values()) take(object)
}

type Watching = RolloutWatchesRequest & {
  /** Reads under way that will say who changed a Deployment. */
  readonly naming: Set<Promise<unknown>>
}

/** A watch leaves out who changed what: where somebody else did, the Deployment is read for the name, and only for it. */
const takeDeployment = (
  rollout: ServiceRollout | undefined,
  object: KubeObject,
  { client, changed, signal, naming }: Watching,
): void => {
  const live = parseDeployment(object)
  rollout?.deploymentChanged(live)
  if (live === null || rollout?.lacksName() !== true) return
  const nameOther = async () => {
    const read = await client.read(referenceOf(object), signal)
    const facts = read === null ? null : parseDeployment(read)
    if (facts !== null) rollout.changedBy(facts)
    changed()
  }
  // Without an answer it stays another hand without a name.
  const asked = Promise.race([nameOther(), pause(nameMilliseconds, undefined, { signal })]).catch(() => undefined)
  naming.add(asked)
  void asked.then(() => naming.delete(asked))
}

const takeDeployments = (
  rollouts: Rollouts,
  change: WatchChange,
  { watched, request }: { watched: WatchedObjects; request: Watching },
): void => {
  const take = (object: KubeObject) => takeDeployment(rolloutOf(rollouts, object), object, request)
  if (change.type === 'set') take(change.object)
  if (change.type === 'gone') rolloutOf(rollouts, change.object)?.deploymentChanged(null)
  if (change.type !== 'listed') return
  const present = [...watched.objects.values()]
  const services = new Set(present.map(({ metadata }) => metadata.labels?.[serviceLabel]))
  for (const rollout of rollouts.values()) if (!services.has(rollout.service)) rollout.deploymentChanged(null)
  for (const object of present) take(object)
}

/** Keeps the rollouts up to date, from one list and watch of pods and one of Deployments. */
export const watchRollouts = (rollouts: Rollouts, request: RolloutWatchesRequest): RolloutWatches => {
  const { client, namespace, clock, changed, signal } = request
  const naming = new Set<Promise<unknown>>()
  const notListed: Touch = { inTouch: false, since: performance.now(), why: 'the API server has not answered yet' }
  const watches: { pods: WatchedObjects | null; deployments: WatchedObjects | null } = { pods: null, deployments: null }
  const labelSelector = `${serviceLabel} in (${[...rollouts.keys()].join(',')})`
  const pods = listAndWatch(
    client,
    { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector },
    {
      signal,
      onChange: (change, watched) => {
        watches.pods = watched
        takePods(rollouts, change, { watched, clock: clock() })
        changed()
      },
    },
  )
  const deployments = listAndWatch(
    client,
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector },
    {
      signal,
      onChange: (change, watched) => {
        watches.deployments = watched
        takeDeployments(rollouts, change, { watched, request: { ...request, naming } })
        changed()
      },
    },
  )
  return {
    hasListed: () => watches.pods !== null && watches.deployments !== null,
    touch() {
      const touches = [watches.pods?.touch ?? notListed, watches.deployments?.touch ?? notListed]
      const lost = touches.find(({ inTouch }) => !inTouch)
      return lost === undefined || lost.inTouch ? { inTouch: true } : { inTouch: false, lostTouch: lost.why }
    },
    named: () => Promise.all(naming),
    ended: Promise.all([pods, deployments]),
  }
}
