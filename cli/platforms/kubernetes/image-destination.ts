import type { KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { PushImages } from '../../images/push-images.ts'
import type { Finding } from '../finding.ts'
import type { Work } from '../platform.ts'

export type WantedImage = {
  readonly service: string
  readonly digest: string
  /** `registry/repository@sha256:…`, as manifests name it. */
  readonly reference: string
}

/** Where images are put so that nodes can start them. */
export type ImageDestination = {
  /** What stands before the repository in each reference. */
  readonly registry: string
  /** Whether it can be asked for what was built before. */
  readonly lookUp: 'in-registry' | 'nowhere'
  /** Refuses where nothing could be put, before anything is built. */
  requirePlace(repositories: readonly string[], signal: AbortSignal): Promise<void>
  /** References of what was put there before: it has been started once, and is not sent again. */
  arrived(images: readonly WantedImage[], signal: AbortSignal): Promise<ReadonlySet<string>>
  push(pushed: Pick<PushImages, 'images' | 'base'>, work: Work): Promise<void>
  /** One sentence for each image that is no longer there. */
  missing(images: readonly WantedImage[], signal: AbortSignal): Promise<readonly string[]>
  /** For `doctor`. */
  finding(repository: string, signal: AbortSignal): Promise<Finding>
}

export type ImageWay = { readonly way: 'registry'; readonly registry: string } | { readonly way: 'kind-nodes' }

/** A registry that was named wins; an environment that has none goes straight into the nodes. */
export const imageWay = (registry: KubernetesFacts['registry'], named: string | undefined): ImageWay => {
  if (named) return { way: 'registry', registry: named }
  if (registry.kind === 'oci') return { way: 'kind-nodes' }
  return { way: 'registry', registry: `${registry.account}.dkr.ecr.${registry.region}.amazonaws.com` }
}

/** What a look at the destination found, for `doctor`; a refusal is what is missing. */
export const registryFinding = async (look: () => Promise<string>): Promise<Finding> => {
  const name = 'registry'
  try {
    return { name, state: 'fine', found: await look(), fix: null }
  } catch (error) {
    if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
    const found = [error.message, ...error.why].join(' ')
    return { name, state: 'missing', found, fix: error.fix[0] ?? null }
  }
}
