import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { findByDigest, type ImageByDigest } from '../../images/find-by-digest.ts'
import { parseImageReference } from '../../images/image-reference.ts'
import { kindRegistry } from '../../images/kind/node-calls.ts'
import type { PushableImage } from '../../images/push-images.ts'
import type { RegistryClient } from '../../images/registry/registry-types.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { Artifact, Work } from '../platform.ts'
import { recordedDeployment } from './recorded-objects.ts'

export type ReleasedImagesPlace = {
  /** Of the environment that shall run them. */
  readonly environment: string
  readonly services: readonly string[]
  readonly registries: (host: string) => RegistryClient
  readonly repositoryOf: (service: string) => string
  readonly referenceOf: (service: string, digest: string) => string
}

/** An image as the record of another environment names it, and as this one will. */
export type ReleasedImage = { readonly image: PushableImage; readonly artifact: Artifact }

/** In a registry that it was copied to an image needs a name: what has none is swept away after some days. */
const tagOf = (digest: string): string => `d-${digest.replace('sha256:', '').slice(0, 32)}`

type Found = { readonly released: ReleasedImage } | { readonly missing: string }

const releasedImage = (
  service: string,
  { release, reference, found, place }: Named & { readonly found: ImageByDigest; readonly place: ReleasedImagesPlace },
): ReleasedImage => {
  const { digest = '', migrationsHash = '' } = release.services[service] ?? {}
  const { platforms, compressedBytes } = found
  const present = reference === place.referenceOf(service, digest) ? 'in-registry' : 'elsewhere'
  return {
    image: {
      service,
      digest,
      reference,
      repository: place.repositoryOf(service),
      tag: tagOf(digest),
      layoutDirectory: null,
    },
    artifact: {
      service,
      digest,
      migrationsHash,
      bytes: compressedBytes,
      cached: true,
      image: { reference, platforms, compressedBytes, present },
    },
  }
}

type Named = { readonly release: ReleaseRecord; readonly reference: string }

const findOne = async (
  service: string,
  { release, place, signal }: { release: ReleaseRecord; place: ReleasedImagesPlace; signal: AbortSignal },
): Promise<Found> => {
  const digest = release.services[service]?.digest
  const recorded = recordedDeployment(release, service)?.image
  if (digest === undefined || recorded === undefined) return { missing: `${service}: the record names no image` }
  const reference = recorded.replace(/@.*$/, `@${digest}`)
  if (parseImageReference(reference).host === kindRegistry) {
    return { missing: `${service}: its image went into the nodes of a kind cluster and into no registry` }
  }
  const found = await findByDigest(reference, place, signal)
  if (found === null) return { missing: `${service}: the registry does not have ${reference}` }
  return { released: releasedImage(service, { release, reference, found, place }) }
}

const notThere = (release: ReleaseRecord, { environment }: ReleasedImagesPlace, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'IMAGES_NOT_THERE',
    outcome: 'refused',
    what: `The images of release ${release.number} of ${release.environment} are not all where ${environment} could take them from; nothing was changed.`,
    why,
    fix: [toType(`deploy --env ${release.environment}`)],
  })

/**
 * The images that a release of another environment runs, each asked for by its digest; nothing is made. Throws
 * IMAGES_NOT_THERE (refused) or what a registry client throws.
 */
export const findReleasedImages = async (
  release: ReleaseRecord,
  place: ReleasedImagesPlace,
  { say, signal }: Work,
): Promise<readonly ReleasedImage[]> => {
  const found = await Promise.all(
    place.services.map(async (service) => {
      const one = await findOne(service, { release, place, signal })
      if ('released' in one) say(`${service}: ${one.released.image.reference}`)
      return one
    }),
  )
  const missing = found.flatMap((one) => ('missing' in one ? [one.missing] : []))
  if (missing.length > 0) throw notThere(release, place, missing)
  return found.flatMap((one) => ('released' in one ? [one.released] : []))
}
