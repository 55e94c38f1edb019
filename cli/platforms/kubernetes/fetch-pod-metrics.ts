import { serviceLabel } from '../../../manifests/labels.ts'
import type { InstanceMetrics } from '../platform.ts'
import type { KubeClient } from './kube-client.ts'
import { isOf, type PodFacts, parsePod } from './pod-facts.ts'
import type { RecordedDeployment } from './recorded-objects.ts'

export type PodMetricsRequest = {
  readonly client: Pick<KubeClient, 'list' | 'askPod'>
  readonly namespace: string
  /** The Deployments of the release that is asked about. */
  readonly wanted: readonly RecordedDeployment[]
  readonly signal: AbortSignal
}

const answerSeconds = 5

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const runs = ({ containers }: PodFacts): boolean => containers.some(({ role, running }) => role === 'main' && running)

const askOne = async (pod: PodFacts, request: PodMetricsRequest): Promise<InstanceMetrics | null> => {
  const { client, namespace, signal } = request
  const { service, name, metricsPort: port } = pod
  if (port === null) return null
  const silent = (reason: string) => ({ service, name, text: null, reason })
  if (!runs(pod)) return silent(`its container does not run (${pod.phase})`)
  try {
    const began = performance.now()
    const either = AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)])
    const { status, body } = await client.askPod({ namespace, pod: name, port, path: '/metrics' }, either)
    const milliseconds = performance.now() - began
    return status === 200 ? { service, name, text: body, milliseconds } : silent(`GET /metrics answered ${status}`)
  } catch (error) {
    signal.throwIfAborted()
    return silent(wordsOf(error))
  }
}

/** Asks each pod of a release through the API server. A pod that has ended is no instance any more. */
export const fetchPodMetrics = async (request: PodMetricsRequest): Promise<readonly InstanceMetrics[]> => {
  const { client, namespace, wanted, signal } = request
  const labelSelector = `${serviceLabel} in (${wanted.map(({ service }) => service).join(',')})`
  if (wanted.length === 0) return []
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
  const own = items
    .flatMap((item) => parsePod(item) ?? [])
    .filter(({ phase }) => phase !== 'Failed' && phase !== 'Succeeded')
    .filter((pod) => wanted.some(({ name: deploymentName, template }) => isOf(pod, { deploymentName, template })))
  const asked = await Promise.all(own.map((pod) => askOne(pod, request)))
  return asked.filter((instance) => instance !== null)
}
