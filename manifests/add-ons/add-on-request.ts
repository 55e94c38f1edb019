import type { RenderedFile } from '../../observability/rendered-file.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import type { AddOnImageName } from '../monitoring/images.ts'
import type { AddOnStorage } from './add-on-storage.ts'

/** What is applied and pruned as one. */
export const addOnGroups = ['monitoring', 'logging', 'ingress'] as const
export type AddOnGroup = (typeof addOnGroups)[number]

export type SecretReference = {
  readonly name: string
  /** Those that it has: what nobody gave is not there. */
  readonly keys: readonly string[]
}

export type AddOnRequest = {
  /** The one that the cluster's installation is named after. */
  readonly environment: EnvironmentFacts
  /** Namespaces of the shop on this cluster. */
  readonly shopNamespaces: readonly string[]
  /** As `observability/` renders them. */
  readonly files: readonly RenderedFile[]
  readonly image: (name: AddOnImageName) => string
  readonly storage: AddOnStorage
  /** The network that the cluster is in; null where nobody asked, for only the load balancer controller needs it. */
  readonly vpcId: string | null
  /** `ours`: the cluster has none that somebody else brought. */
  readonly metricsServer: 'ours' | 'there'
  /** The Secret of each group, whose name ends with the hash of its content. */
  readonly secrets: Readonly<Record<'monitoring' | 'logging', SecretReference>>
}
