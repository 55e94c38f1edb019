import { setTimeout as pause } from 'node:timers/promises'
import { serviceLabel } from '../../../manifests/labels.ts'
import type { ReleaseObservation } from '../../health/observation.ts'
import { parseDeployment } from './deployment-facts.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { listAndWatch } from './list-and-watch.ts'
import { referenceOf } from './object-reference.ts'
import { parsePod } from './pod-facts.ts'
import type { Clock } from './pod-history.ts'
import type { RecordedDeployment } from './recorded-objects.ts'
import { createRolloutQuestions } from './rollout-questions.ts'
import { createServiceRollout, type ServiceRollout } from './service-rollout.ts'
import type { Touch, WatchChange, WatchedObjects } from './watched-objects.ts'

/** What happens at once is one observation: a rollout of many pods changes several of them within milliseconds. */
const coalesceMilliseconds = 10
/** Also the precision with which the end of a stability window is noticed. */
const heartbeatMilliseconds = 100
const firstListMilliseconds = 1_000

export type ObserveRolloutRequest = {
  readonly client: Pick<KubeClient, 'list' | 'watch' | 'read' | 'askPod' | 'version'>
  readonly namespace: string
  readonly wanted: readonly RecordedDeployment[]
  /** Restarts of pods that were there when the release was applied, by uid. */
  readonly restartsBefore: ReadonlyMap<string, number>
  readonly signal: AbortSignal
}

type Rollouts = ReadonlyMap<string, ServiceRollout>

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

/** The server's clock against ours: milliseconds to add to `performance.now()`. Null where it does not tell. */
const fetchServerClock = async ({ client, signal }: ObserveRolloutRequest): Promise<number | null> => {
  const answer = await client.version(AbortSignal.any([signal, AbortSignal.timeout(1_000)])).catch(() => null)
  const serverTime = answer?.serverTime ?? null
  return serverTime === null ? null : serverTime.getTime() - performance.now()
}

const touched = (touches: readonly Touch[]): Pick<ReleaseObservation, 'inTouch' | 'lostTouch'> => {
  const lost = touches.find(({ inTouch }) => !inTouch)
  return lost === undefined || lost.inTouch ? { inTouch: true } : { inTouch: false, lostTouch: lost.why }
}

/**
 * Observations of a release's Deployments and pods: from one list and watch of each, and what is asked beside where a pod
 * does not say why it is not well. Throws what the API server refuses.
 */
export async function* observeRollout(request: ObserveRolloutRequest): AsyncGenerator<ReleaseObservation> {
  const { client, namespace, wanted, restartsBefore, signal } = request
  const ended = new AbortController()
  const all = AbortSignal.any([signal, ended.signal])
  const rollouts: Rollouts = new Map(
    wanted.map((deployment) => [deployment.service, createServiceRollout({ wanted: deployment, restartsBefore })]),
  )
  const offset = await fetchServerClock(request)
  const clock = (): Clock => {
    const now = performance.now()
    return { now, serverNow: offset === null ? null : now + offset }
  }
  let wake = Promise.withResolvers<void>()
  const changed = () => wake.resolve()
  const notListed: Touch = { inTouch: false, since: performance.now(), why: 'the API server has not answered yet' }
  const watches: { pods: WatchedObjects | null; deployments: WatchedObjects | null } = { pods: null, deployments: null }
  const touches = (): readonly Touch[] => [watches.pods?.touch ?? notListed, watches.deployments?.touch ?? notListed]
  const questions = createRolloutQuestions({ client, namespace, signal: all, answered: changed })

  /** A watch leaves out who changed what, so the one Deployment that somebody changed is read again. */
  const takeDeployment = async (object: KubeObject): Promise<void> => {
    const rollout = rolloutOf(rollouts, object)
    const live = parseDeployment(object)
    const read =
      live !== null && rollout?.isForeign(live) === true
        ? await client.read(referenceOf(object), all).catch(() => null)
        : null
    rollout?.deploymentChanged(read === null ? live : parseDeployment(read))
    changed()
  }
  const takeDeployments = (change: WatchChange, watched: WatchedObjects): void => {
    if (change.type === 'set') void takeDeployment(change.object)
    if (change.type === 'gone') rolloutOf(rollouts, change.object)?.deploymentChanged(null)
    if (change.type !== 'listed') return
    const present = [...watched.objects.values()]
    const services = new Set(present.map(({ metadata }) => metadata.labels?.[serviceLabel]))
    for (const rollout of rollouts.values()) if (!services.has(rollout.service)) rollout.deploymentChanged(null)
    for (const object of present) void takeDeployment(object)
  }

  const labelSelector = `${serviceLabel} in (${wanted.map(({ service }) => service).join(',')})`
  const watching = Promise.all([
    listAndWatch(
      client,
      { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector },
      {
        signal: all,
        onChange: (change, watched) => {
          watches.pods = watched
          takePods(rollouts, change, { watched, clock: clock() })
          changed()
        },
      },
    ),
    listAndWatch(
      client,
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector },
      {
        signal: all,
        onChange: (change, watched) => {
          watches.deployments = watched
          takeDeployments(change, watched)
          changed()
        },
      },
    ),
  ])
  let broken: unknown
  watching.catch((error: unknown) => {
    broken = error
    changed()
  })
  const until = async (milliseconds: number): Promise<void> => {
    const beat = new AbortController()
    const heartbeat = pause(milliseconds, undefined, { signal: AbortSignal.any([all, beat.signal]) })
    await Promise.race([wake.promise, heartbeat.catch(() => undefined)])
    beat.abort()
    wake = Promise.withResolvers<void>()
  }

  try {
    const startedAt = performance.now()
    while (!all.aborted) {
      if (broken !== undefined) throw broken
      const state = touched(touches())
      const isFirst = watches.pods === null || watches.deployments === null
      if (!isFirst || performance.now() - startedAt > firstListMilliseconds) {
        const moment = clock()
        questions.consider([...rollouts.values()], moment.now)
        yield { at: moment.now, ...state, services: [...rollouts.values()].map((one) => one.observation(moment)) }
      }
      await until(heartbeatMilliseconds)
      await pause(coalesceMilliseconds, undefined, { signal: all }).catch(() => undefined)
    }
  } finally {
    ended.abort()
    await watching.catch(() => undefined)
  }
}
