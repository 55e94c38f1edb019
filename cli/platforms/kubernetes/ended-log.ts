import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeClient } from './kube-client.ts'
import { isLogGone } from './pod-log.ts'

type EndedLogRequest = {
  readonly client: Pick<KubeClient, 'logs'>
  readonly namespace: string
  readonly pod: string
  /** How long the node may take to find it. */
  readonly patienceSeconds?: number
  readonly signal: AbortSignal
}

/**
 * What a pod printed that has ended, '' where it cannot be had: the kubelet gives a log a moment after its container
 * ended, or no more where the container or the pod is gone. Throws where it may not be read, and UNREACHABLE.
 */
export const fetchEndedLog = async (request: EndedLogRequest): Promise<string> => {
  const { client, patienceSeconds = 5, signal, ...pod } = request
  const deadline = performance.now() + patienceSeconds * 1000
  for (;;) {
    const log = await client.logs(pod, signal).catch((error: unknown) => {
      const isRefused = error instanceof ShopctlError && error.outcome === 'refused'
      if (!isRefused || error.code === 'KUBE_FORBIDDEN') throw error
      return null
    })
    if (log !== null && !isLogGone(log)) return log
    if (performance.now() >= deadline) return ''
    await pause(200, undefined, { signal }).catch(() => undefined)
  }
}
