import { engineFailed, type LocalEngine, openLocalEngine } from '../engine/local-engine.ts'
import { clusterLabel, kindClusterAt } from './kind-cluster.ts'
import { type KindNode, openKindNode } from './kind-node.ts'

export type OpenKindCluster = { readonly name: string; readonly nodes: readonly KindNode[] }

const listContainers = async ({ docker }: LocalEngine): Promise<unknown> => {
  try {
    return await docker.listContainers({ filters: { label: [clusterLabel] } })
  } catch (error) {
    throw engineFailed('The Docker engine did not list its containers', error)
  }
}

/** The kind cluster of this machine whose API server answers at this address, or why there is none: that is a fact. */
export const findKindCluster = async (server: string): Promise<OpenKindCluster | { readonly none: string }> => {
  const engine = await openLocalEngine()
  if ('none' in engine) return engine
  const cluster = kindClusterAt(new URL(server), await listContainers(engine))
  if (cluster === null) return { none: `the cluster at ${server} is not one that kind made on this machine` }
  return { name: cluster.name, nodes: cluster.nodes.map((node) => openKindNode(engine, node)) }
}
