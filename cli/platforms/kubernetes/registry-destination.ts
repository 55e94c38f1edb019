import { ShopctlError } from '../../errors/shopctl-error.ts'
import { parseImageReference, parseRegistryPlace } from '../../images/image-reference.ts'
import { pushImages } from '../../images/push-images.ts'
import { requireEcrRepositories } from '../../images/registry/ecr-registry.ts'
import type { RegistryClient } from '../../images/registry/registry-types.ts'
import { type ImageDestination, registryFinding } from './image-destination.ts'

export type RegistryDestination = {
  readonly registry: string
  readonly environment: string
  /** `made-before`: repositories that infrastructure code makes, as in ECR, are asked for first. */
  readonly repositories: 'made-before' | 'made-by-push'
  readonly registries: (host: string) => RegistryClient
}

/** Only a registry's own "not there" stops a way back: the nodes may have the image, whoever cannot ask for it. */
const notAsked = (error: unknown): 'unknown' => {
  if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
  return 'unknown'
}

/** A registry that the cluster's nodes pull from. */
export const registryDestination = (place: RegistryDestination): ImageDestination => {
  const { registry, environment, repositories, registries } = place
  return {
    registry,
    lookUp: 'in-registry',

    async requirePlace(names, signal) {
      if (repositories === 'made-by-push') return
      await requireEcrRepositories({ host: registry, repositories: names, environment }, signal)
    },

    // What the registry has was found while building, and has no layout to be started from.
    arrived: async () => new Set<string>(),

    async push({ base, images }, { say, signal }) {
      const told = (service: string, message: string) => say(`${service}: ${message}`)
      await pushImages({ images, base, registry, registries, say: told }, signal)
    },

    async missing(images, signal) {
      const checks = images.map(async ({ service, digest, reference }) => {
        const { host, repository } = parseImageReference(reference)
        const found = await registries(host)
          .findManifest({ repository, reference: digest }, signal)
          .catch((error: unknown) => notAsked(error))
        return found === null ? [`${service}: the registry no longer has ${reference}`] : []
      })
      return (await Promise.all(checks)).flat()
    },

    finding: (repository, signal) =>
      registryFinding(async () => {
        const { host, prefix } = parseRegistryPlace(registry)
        await registries(host).findManifest({ repository: `${prefix}${repository}`, reference: 'latest' }, signal)
        return `${registry} answers`
      }),
  }
}
