import { z } from 'zod'
import { selectorLabels } from '../../../manifests/labels.ts'
import { workload } from '../../../manifests/workload.ts'
import type { KubernetesFacts } from '../../../stacks/environments.ts'
import type { EntryPoint } from '../platform.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { inventorySelector } from './live-objects.ts'
import { openStandInDoor } from './stand-in-door.ts'
import { openTunnel } from './tunnel.ts'

export type PublicEntryRequest = {
  readonly client: KubeClient
  readonly namespace: string
  readonly entry: KubernetesFacts['entry']
  /** Of this machine, where requests go through one; 0 is any free one. */
  readonly localPort: number
  readonly signal: AbortSignal
}

export type PublicEntry = EntryPoint & {
  /** What a person should know about the way in; null where it is the one that users take. */
  readonly note: string | null
}

const ingressSchema = z.object({
  status: z.object({
    loadBalancer: z.object({
      ingress: z.array(z.object({ hostname: z.string().optional(), ip: z.string().optional() })).default([]),
    }),
  }),
})

/** The load balancer's own address; null until one is made. */
const ingressAddress = (ingress: KubeObject): string | null => {
  const first = ingressSchema.safeParse(ingress).data?.status.loadBalancer.ingress[0]
  return first?.hostname ?? first?.ip ?? null
}

const hasAddress = async ({ client, namespace, signal }: PublicEntryRequest): Promise<boolean> => {
  const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }
  const { items } = await client.list({ ...kind, namespace, labelSelector: inventorySelector }, signal)
  return items.some((ingress) => ingressAddress(ingress) !== null)
}

/** A tunnel goes through the API server. */
const confirming = ({ client }: PublicEntryRequest) => ({
  async confirm(signal: AbortSignal): Promise<void> {
    await client.version(signal)
  },
})

const throughEdge = async ({ entry, ...request }: PublicEntryRequest): Promise<PublicEntry> => {
  const target = { selector: selectorLabels('edge', 'server'), port: workload('edge').port }
  const { url, close } = await openTunnel({ ...request, ...target })
  return { url, headers: {}, ...confirming({ ...request, entry }), close, note: null }
}

/** Where the public's requests enter, reachable from this machine until it is closed. */
export const openPublicEntry = async (request: PublicEntryRequest): Promise<PublicEntry> => {
  const { entry } = request
  if (entry.kind === 'edge') return throughEdge(request)
  if (await hasAddress(request)) return { url: `https://${entry.host}`, headers: {}, reaches: 'routes', note: null }
  const { url, close } = await openStandInDoor(request)
  const note = `The Ingress for ${entry.host} has no address: ${url} stands in for its load balancer.`
  return { url, headers: {}, reaches: 'routes', ...confirming(request), close, note }
}
