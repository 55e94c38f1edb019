import { setTimeout as pause } from 'node:timers/promises'
import type { KubeClient, KubeObject } from '../../cli/platforms/kubernetes/kube-client.ts'
import { type PodSighting, parsePodSighting } from './pod-sightings.ts'

export type PodWatch = {
  /** What was seen since then, in the order of arrival. */
  since(milliseconds: number): readonly PodSighting[]
  stop(): Promise<void>
}

const betweenWatchesMilliseconds = 100

/** Watches a namespace's pods with eyes of its own, so that what shopctl reports is compared with somebody else's clock. */
export const watchPods = async (kube: KubeClient, namespace: string): Promise<PodWatch> => {
  const stopped = new AbortController()
  const { signal } = stopped
  const request = { apiVersion: 'v1', kind: 'Pod', namespace }
  const sightings: PodSighting[] = []
  const see = (object: KubeObject) => sightings.push(parsePodSighting(object, Date.now()))

  const watchOnce = async (resourceVersion: string) => {
    for await (const event of kube.watch({ ...request, resourceVersion }, signal)) {
      if (event.type === 'ADDED' || event.type === 'MODIFIED') see(event.object)
    }
  }
  const list = async () => {
    const { items, resourceVersion } = await kube.list(request, signal)
    items.forEach(see)
    return resourceVersion
  }
  const watchOn = async (from: string) => {
    let resourceVersion = from
    while (!signal.aborted) {
      await watchOnce(resourceVersion).catch(() => pause(betweenWatchesMilliseconds))
      if (!signal.aborted) resourceVersion = await list()
    }
  }
  const watching = watchOn(await list()).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    since: (milliseconds) => sightings.filter(({ at }) => at >= milliseconds),
    async stop() {
      stopped.abort()
      await watching
    },
  }
}
