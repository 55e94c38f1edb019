import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssembledImage, assembleImage } from './assemble/assemble-image.ts'
import type { BaseImage } from './assemble/base-image-facts.ts'
import type { SourceFacts } from './assemble/image-config.ts'
import { imageTag } from './assemble/image-tag.ts'
import type { ImageDescriptor } from './assemble/oci-schemas.ts'
import { resolveBaseImage } from './base-image.ts'
import { openBlobCache } from './blob-cache.ts'
import { type Bundle, bundleService } from './bundle-service.ts'
import { requireSameImage } from './find-image.ts'
import { type FoundImage, keepFound, readFound } from './found-cache.ts'
import { parseImageReference, parseRegistryPlace } from './image-reference.ts'
import { contentOfImage, writeLayout } from './oci-layout.ts'
import type { RegistryClient } from './registry/registry-types.ts'
import { firstFacts } from './source-facts-cache.ts'

export type BuiltImage = {
  readonly service: string
  readonly repository: string
  /** The tag that the image is found by; deploying goes by the digest. */
  readonly tag: string
  /** `host/repository@sha256:…` */
  readonly reference: string
  /** Of the index, or of the only manifest where the base has one platform. */
  readonly digest: string
  readonly bundleDigest: string
  readonly migrationsHash: string
  /** An OCI layout on disk; null for an image that the registry has already. */
  readonly layoutDirectory: string | null
  /** For example `linux/amd64`. */
  readonly platforms: readonly string[]
  /** Of all platforms, base included, each blob once. */
  readonly compressedBytes: number
  /** At most: what the registry can mount or has already is not sent. */
  readonly bytesToPush: number
  /** True where the bundle was not made anew. */
  readonly cached: boolean
  readonly present: 'in-registry' | 'built'
}

export type BuiltImages = { readonly base: BaseImage; readonly images: readonly BuiltImage[] }

export type ImageSource = {
  /** The folder below services/. */
  readonly service: string
  /** The long name: `user-management`. */
  readonly repository: string
}

export type BuildImages = {
  readonly services: readonly ImageSource[]
  /** As SHOPCTL_REGISTRY says it: a host, with an optional path below which the repositories are. */
  readonly registry: string
  /** `nowhere`: the registry is a name only, for images that are put elsewhere; nobody is asked for it. */
  readonly lookUp?: 'in-registry' | 'nowhere'
  /** As SHOPCTL_BASE_IMAGE says it; see `baseImageName`. */
  readonly base: string
  /** The repository's root folder. */
  readonly root: string
  readonly directories: {
    readonly bundles: string
    /** Bundles' facts, blobs of the base and what images say of their source; may be shared and deleted. */
    readonly cache: string
    readonly layouts: string
  }
  /** The commit as it is now; an image keeps the facts of its first build. */
  readonly facts: SourceFacts
  readonly registries: (host: string) => RegistryClient
  readonly say: (service: string, message: string) => void
}

type Work = BuildImages & {
  readonly source: ImageSource
  readonly base: string
  readonly resolved: BaseImage
  readonly client: RegistryClient
  readonly repository: string
  readonly baseLayer: (descriptor: ImageDescriptor) => Promise<string>
  readonly signal: AbortSignal
}

const assemble = async (bundle: Bundle, { work, tag }: { work: Work; tag: string }): Promise<AssembledImage> => {
  const { source, directories, resolved } = work
  const name = `${source.service}-${tag}`
  const kept = await firstFacts(join(directories.cache, 'facts'), { name, facts: work.facts })
  const facts = { ...kept, title: source.repository, bundleDigest: bundle.digest }
  return assembleImage(await readFile(bundle.file), { base: resolved, facts })
}

const measured = ({ platforms, compressedBytes }: AssembledImage) => ({
  platforms: platforms.map(({ platform }) => `${platform.os}/${platform.architecture}`),
  compressedBytes,
})

const sizeToPush = (image: AssembledImage, { resolved, client }: Work): number => {
  if (parseImageReference(resolved.name).host !== client.host) return image.compressedBytes
  return image.compressedBytes - image.baseLayers.reduce((sum, { size }) => sum + size, 0)
}

/** What the registry has for this bundle, compared with what it makes unless that was done before; null for nothing. */
const findBuilt = async (bundle: Bundle, { work, tag }: { work: Work; tag: string }): Promise<FoundImage | null> => {
  const { client, repository, directories, signal } = work
  if (work.lookUp === 'nowhere') return null
  const named = await client.findManifest({ repository, reference: tag }, signal)
  if (named === null) return null
  const directory = join(directories.cache, 'found')
  const name = `${client.host}/${repository}:${tag}`
  const before = await readFound(directory, name)
  if (before?.digest === named.digest) return before
  const image = await assemble(bundle, { work, tag })
  await requireSameImage(image, { client, repository, tag, named, signal })
  const found = { digest: named.digest, ...measured(image) }
  await keepFound(directory, { name, found })
  return found
}

const buildOne = async (work: Work): Promise<BuiltImage> => {
  const { source, directories, resolved, client, repository } = work
  const { service } = source
  const cacheDirectory = join(directories.cache, 'bundles')
  const bundle = await bundleService({ service, root: work.root, directory: directories.bundles, cacheDirectory })
  work.say(service, bundle.cached ? 'its source has not changed' : `bundled, ${bundle.bytes} bytes`)
  const tag = imageTag(bundle.digest, resolved.digest)
  const { digest: bundleDigest, migrationsHash, cached } = bundle
  const common = { service, repository, tag, bundleDigest, migrationsHash, cached }
  const referenceTo = (digest: string) => `${client.host}/${repository}@${digest}`

  const found = await findBuilt(bundle, { work, tag })
  if (found !== null) {
    work.say(service, `the registry has it as ${found.digest}`)
    const reference = referenceTo(found.digest)
    return { ...common, ...found, reference, bytesToPush: 0, layoutDirectory: null, present: 'in-registry' }
  }
  const image = await assemble(bundle, { work, tag })
  const { digest } = image.root.descriptor
  const layoutDirectory = await writeLayout({
    image: contentOfImage(image),
    directory: directories.layouts,
    layerFile: work.baseLayer,
  })
  work.say(service, `built ${digest}`)
  const bytesToPush = sizeToPush(image, work)
  return {
    ...common,
    ...measured(image),
    digest,
    reference: referenceTo(digest),
    bytesToPush,
    layoutDirectory,
    present: 'built',
  }
}

/**
 * Makes an image of every service, or finds that the registry has it; nothing is pushed. The layers of the base are
 * fetched once for all. Throws what `resolveBaseImage`, `bundleService` and a registry client throw.
 */
export const buildImages = async (request: BuildImages, signal: AbortSignal): Promise<BuiltImages> => {
  const place = parseRegistryPlace(request.registry)
  const client = request.registries(place.host)
  const blobs = openBlobCache(join(request.directories.cache, 'images'))
  const resolved = await resolveBaseImage(request.base, { registries: request.registries, blobs, signal })
  const from = parseImageReference(resolved.name)
  const baseClient = request.registries(from.host)
  const baseLayer = (descriptor: ImageDescriptor) =>
    blobs.file({ client: baseClient, repository: from.repository, descriptor }, signal)
  const common = { ...request, resolved, client, baseLayer, signal }
  const images = await Promise.all(
    request.services.map((source) =>
      buildOne({ ...common, source, repository: `${place.prefix}${source.repository}` }),
    ),
  )
  return { base: resolved, images }
}
