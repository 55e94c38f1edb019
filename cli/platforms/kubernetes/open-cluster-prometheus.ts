import { z } from 'zod'
import type { PrometheusWay } from '../platform.ts'
import type { KubeClient } from './kube-client.ts'
import { openTunnel } from './tunnel.ts'

/** As observability is rendered for a cluster. */
const service = { apiVersion: 'v1', kind: 'Service', name: 'prometheus', namespace: 'monitoring' } as const
const port = 9090

const serviceSchema = z.object({ spec: z.object({ selector: z.record(z.string(), z.string()) }) })

/** A tunnel to the cluster's own Prometheus; null where it has none. */
export const openClusterPrometheus = async (client: KubeClient, signal: AbortSignal): Promise<PrometheusWay | null> => {
  const found = await client.read(service, signal)
  const parsed = found === null ? null : serviceSchema.safeParse(found)
  if (!parsed?.success) return null
  const { selector } = parsed.data.spec
  const { url, close } = await openTunnel({
    client,
    namespace: service.namespace,
    selector,
    port,
    localPort: 0,
    signal,
  })
  return { url, close }
}
