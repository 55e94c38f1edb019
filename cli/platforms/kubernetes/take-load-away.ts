import { setTimeout as pause } from 'node:timers/promises'
import { type LoadRequest, loadGraceSeconds, loadPodSelector } from '../../../manifests/load-manifests.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeClient, KubeObject, ListRequest } from './kube-client.ts'
import { referenceOf } from './object-reference.ts'
import { untilListed } from './until-listed.ts'

export type LoadRemoval = {
  readonly job: KubeObject
  /** When the cluster has removed all by itself. */
  readonly goneBy: Date
  /** Whether the server has ever said that there is such a Job. */
  readonly made: 'seen' | 'perhaps'
  /** Aborted, nobody waits any more. */
  readonly signal: AbortSignal
}

type Removing = LoadRequest & { readonly client: KubeClient; readonly endSeconds?: number }

export const loadPodsOf = ({ namespace, run }: Pick<LoadRequest, 'namespace' | 'run'>): ListRequest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace,
  labelSelector: loadPodSelector(run),
})

const askSeconds = 30
/** For a node to tell that a pod is gone. */
const tellSeconds = 30
/** A server may still be at a request of which nobody waits for the answer. */
const looks = 4
const betweenLooksMilliseconds = 1_000

/**
 * With the Job go its pods, its program and its policy. Resolves when the pods are gone. Throws LOAD_PODS_LEFT (failed)
 * where they are not, with when the cluster removes them by itself.
 */
export const takeLoadAway = async (request: Removing, removal: LoadRemoval): Promise<void> => {
  try {
    await deleteJob(request, removal)
    await untilGone(request, removal)
  } catch (cause) {
    throw left(request, removal, cause)
  }
}

/** After a refusal: a try before it, whose answer was lost, may have made the Job. */
export const isLoadThere = async ({ client }: Pick<Removing, 'client'>, job: KubeObject): Promise<boolean> => {
  const found = await client.read(referenceOf(job), AbortSignal.timeout(askSeconds * 1_000)).catch(() => null)
  return found !== null
}

const deleteJob = async ({ client }: Removing, { job, made, signal }: LoadRemoval): Promise<void> => {
  const within = AbortSignal.any([signal, AbortSignal.timeout(askSeconds * 1_000)])
  for (let look = 1; ; look++) {
    const wasThere = await client.delete(referenceOf(job), within)
    if (wasThere || made === 'seen' || look === looks) return
    await pause(betweenLooksMilliseconds, undefined, { signal: within })
  }
}

const untilGone = async (request: Removing, { signal }: LoadRemoval): Promise<void> => {
  const { endSeconds = loadGraceSeconds(request) + tellSeconds } = request
  let count = 0
  const gone = await untilListed({
    client: request.client,
    request: loadPodsOf(request),
    judge: (pods) => {
      count = pods.length
      return count === 0 ? 'gone' : null
    },
    deadlineSeconds: endSeconds,
    doing: 'taking the load workers away',
    signal,
  })
  if (gone === null) throw new Error(`${count} pods were still there after ${endSeconds} s`)
}

const left = ({ environment: { name } }: Removing, { job, goneBy }: LoadRemoval, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'LOAD_PODS_LEFT',
    outcome: 'failed',
    what: `The load workers of Job ${job.metadata.name} may still be in ${name}; the cluster removes them by itself by ${goneBy.toISOString().slice(0, 19)}Z.`,
    why:
      cause instanceof ShopctlError
        ? [cause.message, ...cause.why]
        : [cause instanceof Error ? cause.message : String(cause)],
    cause,
  })
