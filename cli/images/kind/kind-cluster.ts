import { z } from 'zod'

/** The labels that kind gives to the containers that it makes (kind, pkg/cluster/constants). */
export const clusterLabel = 'io.x-k8s.kind.cluster'
const roleLabel = 'io.x-k8s.kind.role'

/** Where the API server listens in kind's containers. */
const apiServerPort = 6443

const containerSchema = z.object({
  Id: z.string(),
  Names: z.array(z.string()).default([]),
  Labels: z.record(z.string(), z.string()).default({}),
  Ports: z
    .array(
      z.object({
        IP: z.string().optional(),
        PrivatePort: z.number(),
        PublicPort: z.number().optional(),
        Type: z.string(),
      }),
    )
    .default([]),
})

type EngineContainer = z.infer<typeof containerSchema>

export type KindCluster = {
  readonly name: string
  readonly nodes: readonly { readonly id: string; readonly name: string }[]
}

const thisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::'])

const publishes = ({ Ports: ports }: EngineContainer, server: URL): boolean => {
  const host = server.hostname.replace(/^\[|\]$/g, '')
  return ports.some(({ IP: address = '', PrivatePort: inside, PublicPort: outside, Type: protocol }) => {
    const isPort = protocol === 'tcp' && inside === apiServerPort && outside === Number(server.port || 443)
    return isPort && (address === host || (thisMachine.has(address) && thisMachine.has(host)))
  })
}

/**
 * The cluster whose API server answers at this address, among the containers of the local engine; null where none of
 * them publishes it. A context's name proves nothing: it is the address that a release goes to.
 */
export const kindClusterAt = (server: URL, answer: unknown): KindCluster | null => {
  const containers = z.array(containerSchema).parse(answer)
  const name = containers.find((container) => publishes(container, server))?.Labels[clusterLabel]
  if (name === undefined) return null
  const nodes = containers
    .filter(({ Labels: labels }) => labels[clusterLabel] === name)
    // In front of several control planes; it runs no pods and has no containerd.
    .filter(({ Labels: labels }) => labels[roleLabel] !== 'external-load-balancer')
    .map(({ Id: id, Names: names }) => ({ id, name: (names[0] ?? id).replace(/^\//, '') }))
  return { name, nodes }
}
