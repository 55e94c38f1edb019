import { basename } from 'node:path'
import type { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { BaseImage, BasePlatform } from './assemble/base-image-facts.ts'
import {
  configSchema,
  dockerMediaTypes,
  type ImageConfig,
  indexSchema,
  manifestSchema,
  mediaTypes,
} from './assemble/oci-schemas.ts'
import type { BlobCache } from './blob-cache.ts'
import { nameOfImage, parseImageReference } from './image-reference.ts'
import { imageMissing } from './registry/registry-failures.ts'
import type { RegistryClient } from './registry/registry-types.ts'

/**
 * Node 24 without a shell and a package manager, for amd64 and arm64. The digest is of the index behind the tag
 * `nonroot`, as many public Dockerfiles pin it; it could not be asked of gcr.io itself where this was written. Renew it
 * with: docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian13:nonroot
 */
export const defaultBaseImage =
  'gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e'

/** SHOPCTL_BASE_IMAGE where it is set, else the pinned one. */
export const baseImageName = (variables: Readonly<Record<string, string | undefined>>): string =>
  variables.SHOPCTL_BASE_IMAGE || defaultBaseImage

const architectures: readonly string[] = ['amd64', 'arm64']

const baseUnfit = (name: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'BASE_IMAGE_UNFIT',
    outcome: 'refused',
    what: `Nothing can be built on the image ${name}; nothing was changed.`,
    why: [why],
    fix: [`SHOPCTL_BASE_IMAGE=${defaultBaseImage}`],
  })

export type BaseMeans = {
  readonly registries: (host: string) => RegistryClient
  readonly blobs: BlobCache
  readonly signal: AbortSignal
}

type Search = BaseMeans & { readonly name: string; readonly client: RegistryClient; readonly repository: string }

const parseAs = <Schema extends z.ZodType>(schema: Schema, { bytes, name }: { bytes: Buffer; name: string }) => {
  try {
    return schema.parse(JSON.parse(bytes.toString()))
  } catch (error) {
    throw baseUnfit(name, `its description cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** The base's own entrypoint where that is Node; an image whose entrypoint is a script has Node on its PATH. */
const entrypointOf = ({ config }: ImageConfig): readonly string[] => {
  const entrypoint = config?.Entrypoint ?? []
  return basename(entrypoint.at(-1) ?? '') === 'node' ? entrypoint : ['node']
}

const readPlatform = async (digest: string, search: Search): Promise<BasePlatform> => {
  const { name, blobs, signal } = search
  const { bytes } = await blobs.manifest({ ...search, digest }, signal)
  const manifest = parseAs(manifestSchema, { bytes, name })
  const configBytes = await blobs.blob({ ...search, descriptor: manifest.config }, signal)
  const config = parseAs(configSchema, { bytes: configBytes, name })
  const { os, architecture, variant } = config
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) }
  return { platform, manifest, config, entrypoint: entrypointOf(config) }
}

const readIndex = async (bytes: Buffer, search: Search): Promise<readonly BasePlatform[]> => {
  const { manifests } = parseAs(indexSchema, { bytes, name: search.name })
  const fitting = manifests.filter(
    ({ platform }) => platform?.os === 'linux' && architectures.includes(platform.architecture),
  )
  const platforms = await Promise.all(fitting.map(({ digest }) => readPlatform(digest, search)))
  return platforms.sort((left, right) => left.platform.architecture.localeCompare(right.platform.architecture))
}

const pinned = async (search: Search, reference: { tag: string | null; digest: string | null }): Promise<string> => {
  if (reference.digest !== null) return reference.digest
  const tag = reference.tag ?? 'latest'
  const found = await search.client.findManifest({ repository: search.repository, reference: tag }, search.signal)
  if (found === null) throw imageMissing(search.name)
  return found.digest
}

/**
 * The base by its digest, which a tag is resolved to now. A digest that was used before is read from the disk alone.
 * Throws IMAGE_MISSING, BASE_IMAGE_UNFIT, IMAGE_NAME_INVALID or what a registry client throws.
 */
export const resolveBaseImage = async (text: string, means: BaseMeans): Promise<BaseImage> => {
  const reference = parseImageReference(text)
  const name = nameOfImage(reference)
  const client = means.registries(reference.host)
  const search = { ...means, name, client, repository: reference.repository }
  const digest = await pinned(search, reference)
  const { bytes, descriptor } = await means.blobs.manifest({ ...search, digest }, means.signal)
  const indexTypes: readonly string[] = [mediaTypes.index, dockerMediaTypes.index]
  const isIndex = indexTypes.includes(descriptor.mediaType)
  const platforms = isIndex ? await readIndex(bytes, search) : [await readPlatform(digest, search)]
  if (platforms.length === 0) throw baseUnfit(text, `it has neither linux/amd64 nor linux/arm64`)
  return { name, digest, shape: isIndex ? 'index' : 'manifest', platforms }
}
