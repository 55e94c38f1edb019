import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { findKindCluster, type OpenKindCluster } from '../../images/kind/find-kind-cluster.ts'
import type { NamedLayout } from '../../images/kind/image-archive.ts'
import { fetchNodeImages, loadIntoNode } from '../../images/kind/load-into-node.ts'
import { kindRegistry } from '../../images/kind/node-calls.ts'
import { layoutPath } from '../../images/oci-layout.ts'
import { type ImageDestination, registryFinding, type WantedImage } from './image-destination.ts'

export type KindDestination = {
  readonly environment: string
  /** The address of the API server. */
  readonly server: string
  /** Layouts of what was built here. */
  readonly layouts: string
  readonly warn: (message: string) => void
}

const registryMissing = (environment: string, none: string): ShopctlError =>
  new ShopctlError({
    code: 'REGISTRY_NOT_NAMED',
    outcome: 'refused',
    what: `${environment} needs a registry that its cluster can pull from, and none is named; nothing was changed.`,
    why: ['SHOPCTL_REGISTRY is not set', `without one images go into the nodes of a kind cluster, and ${none}`],
    fix: ['export SHOPCTL_REGISTRY=localhost:5000', 'kind create cluster', toType(`doctor --env ${environment}`)],
  })

const onEveryNode = async ({ nodes }: OpenKindCluster, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const [first, ...others] = await Promise.all(nodes.map((node) => fetchNodeImages(node, signal)))
  return new Set([...(first ?? [])].filter((reference) => others.every((there) => there.has(reference))))
}

const amount = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

/** The nodes of a kind cluster of this machine: images go straight into them, and no registry is needed. */
export const kindDestination = ({ environment, server, layouts, warn }: KindDestination): ImageDestination => {
  const open = async (): Promise<OpenKindCluster> => {
    const found = await findKindCluster(server)
    if ('none' in found) throw registryMissing(environment, found.none)
    return found
  }
  /** What is gone of the nodes may still be on this machine: a kubelet that lacks room removes what no pod uses. */
  const kept = async (images: readonly WantedImage[]): Promise<readonly NamedLayout[]> => {
    const looks = images.map(async ({ reference, digest }) => {
      const layoutDirectory = layoutPath(layouts, digest)
      const isThere = access(join(layoutDirectory, 'index.json')).then(
        () => true,
        () => false,
      )
      return (await isThere) ? [{ reference, layoutDirectory }] : []
    })
    return (await Promise.all(looks)).flat()
  }

  return {
    registry: kindRegistry,
    lookUp: 'nowhere',

    async requirePlace() {
      await open()
    },

    async arrived(images, signal) {
      const there = await onEveryNode(await open(), signal)
      return new Set(images.map(({ reference }) => reference).filter((reference) => there.has(reference)))
    },

    async push(built, { say, signal }) {
      const images = built.images.flatMap(({ reference, layoutDirectory }) =>
        layoutDirectory === null ? [] : [{ reference, layoutDirectory }],
      )
      const { nodes } = await open()
      await Promise.all(
        nodes.map(async (node) => {
          const bytes = await loadIntoNode(node, { images, signal })
          say(bytes === null ? `${node.name}: has all images` : `${node.name}: took ${amount(bytes)}`)
        }),
      )
    },

    async missing(images, signal) {
      const cluster = await open()
      const there = await onEveryNode(cluster, signal)
      const gone = images.filter(({ reference }) => !there.has(reference))
      const back = await kept(gone)
      await Promise.all(cluster.nodes.map((node) => loadIntoNode(node, { images: back, signal })))
      for (const { reference } of back) warn(`${reference} was gone from the cluster ${cluster.name}; it was put back.`)
      return gone
        .filter(({ reference }) => back.every((each) => each.reference !== reference))
        .map(({ service, reference }) => `${service}: the nodes of ${cluster.name} no longer have ${reference}`)
    },

    finding: (_repository, signal) =>
      registryFinding(async () => {
        const cluster = await open()
        await onEveryNode(cluster, signal)
        const nodes = cluster.nodes.map(({ name }) => name).join(', ')
        return `none is needed: images go into ${nodes} of the kind cluster ${cluster.name}`
      }),
  }
}
