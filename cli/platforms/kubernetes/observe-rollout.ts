import { setTimeout as pause } from 'node:timers/promises'
import type { ReleaseObservation } from '../../health/observation.ts'
import type { KubeClient } from './kube-client.ts'
import type { Clock } from './pod-history.ts'
import type { RecordedDeployment } from './recorded-objects.ts'
import { createRolloutQuestions } from './rollout-questions.ts'
import { type Rollouts, watchRollouts } from './rollout-watches.ts'
import { createServiceRollout } from './service-rollout.ts'

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
  /** Pod templates as the server had them after the apply, by service: `fingerprint` of deployment-facts.ts. */
  readonly fingerprints?: ReadonlyMap<string, string>
  readonly signal: AbortSignal
}

/** The server's clock against ours: milliseconds to add to `performance.now()`. Null where it does not tell. */
const fetchServerClock = async ({ client, signal }: ObserveRolloutRequest): Promise<number | null> => {
  const answer = await client.version(AbortSignal.any([signal, AbortSignal.timeout(1_000)])).catch(() => null)
  const serverTime = answer?.serverTime ?? null
  return serverTime === null ? null : serverTime.getTime() - performance.now()
}

const rolloutsOf = ({ wanted, restartsBefore, fingerprints }: ObserveRolloutRequest): Rollouts =>
  new Map(
    wanted.map((deployment) => {
      const { service } = deployment
      const fingerprint = fingerprints?.get(service) ?? null
      return [service, createServiceRollout({ wanted: deployment, restartsBefore, fingerprint })]
    }),
  )

/** Ends a wait early where something has changed. */
const createWaker = (signal: AbortSignal) => {
  let wake = Promise.withResolvers<void>()
  return {
    changed: () => wake.resolve(),
    async until(milliseconds: number): Promise<void> {
      const beat = new AbortController()
      const heartbeat = pause(milliseconds, undefined, { signal: AbortSignal.any([signal, beat.signal]) })
      await Promise.race([wake.promise, heartbeat.catch(() => undefined)])
      beat.abort()
      wake = Promise.withResolvers<void>()
      await pause(coalesceMilliseconds, undefined, { signal }).catch(() => undefined)
    },
  }
}

/**
 * Observations of a release's Deployments and pods: from one list and watch of each, and what is asked beside where a pod
 * does not say why it is not well. Throws what the API server refuses.
 */
export async function* observeRollout(request: ObserveRolloutRequest): AsyncGenerator<ReleaseObservation> {
  const { client, namespace } = request
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  const rollouts = rolloutsOf(request)
  const offset = await fetchServerClock(request)
  const clock = (): Clock => {
    const now = performance.now()
    return { now, serverNow: offset === null ? null : now + offset }
  }
  const { changed, until } = createWaker(signal)
  const questions = createRolloutQuestions({ client, namespace, signal, answered: changed })
  const watches = watchRollouts(rollouts, { client, namespace, clock, changed, signal })
  let broken: unknown
  watches.ended.catch((error: unknown) => {
    broken = error
    changed()
  })
  try {
    const startedAt = performance.now()
    while (!signal.aborted) {
      if (broken !== undefined) throw broken
      if (watches.hasListed() || performance.now() - startedAt > firstListMilliseconds) {
        // A changed Deployment is a verdict, after which nobody asks any more who it was.
        await watches.named()
        const moment = clock()
        questions.consider([...rollouts.values()], moment.now)
        yield {
          at: moment.now,
          ...watches.touch(),
          services: [...rollouts.values()].map((one) => one.observation(moment)),
        }
      }
      await until(heartbeatMilliseconds)
    }
  } finally {
    ended.abort()
    await watches.ended.catch(() => undefined)
  }
}
