import type { BasePlatform } from './base-image-facts.ts'
import { bundleLayer } from './bundle-layer.ts'
import { type Content, jsonContent } from './content.ts'
import { type ImageFacts, type ImageParts, imageConfig, imageLabels } from './image-config.ts'
import { type ImageDescriptor, type ImagePlatform, mediaTypes } from './oci-schemas.ts'

export type PlatformImage = {
  readonly platform: ImagePlatform
  readonly manifest: Content
  readonly config: Content
  /** The base's layers, which are not in memory, and after them the bundle's. */
  readonly layers: readonly ImageDescriptor[]
}

export type AssembledImage = {
  /** What is named by the image's digest: the index, or the only manifest. */
  readonly root: Content
  readonly platforms: readonly PlatformImage[]
  readonly layer: Content
  readonly baseLayers: readonly ImageDescriptor[]
  /** Of all platforms, each blob once. */
  readonly compressedBytes: number
}

/** Registries and engines tell the two vocabularies apart, but the bytes of a layer are the same in both. */
const toOci = (descriptor: ImageDescriptor): ImageDescriptor => {
  const { digest, size } = descriptor
  const mediaType = descriptor.mediaType
    .replace('application/vnd.docker.image.rootfs.diff.tar.gzip', mediaTypes.layer)
    .replace('application/vnd.docker.image.rootfs.diff.tar.zstd', 'application/vnd.oci.image.layer.v1.tar+zstd')
  return { mediaType, digest, size }
}

const platformImage = (platform: BasePlatform, parts: ImageParts): PlatformImage => {
  const config = jsonContent(mediaTypes.config, imageConfig(platform, parts))
  const layers = [...platform.manifest.layers.map(toOci), parts.layer.descriptor]
  const manifest = jsonContent(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers,
    annotations: imageLabels(parts.facts, parts.base),
  })
  return { platform: platform.platform, manifest, config, layers }
}

const indexOf = (platforms: readonly PlatformImage[], parts: ImageParts): Content =>
  jsonContent(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: platforms.map(({ manifest, platform }) => ({ ...manifest.descriptor, platform })),
    annotations: imageLabels(parts.facts, parts.base),
  })

const each = (descriptors: readonly ImageDescriptor[]): readonly ImageDescriptor[] => [
  ...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values(),
]

/**
 * An image of a base and a bundle, made in memory: the same parts give the same bytes on every machine. The layers of
 * the base are only named. A base that is an index gives an index with the same platforms, else one manifest.
 */
export const assembleImage = (
  bundle: Uint8Array,
  { base, facts }: { readonly base: ImageParts['base']; readonly facts: ImageFacts },
): AssembledImage => {
  const layer = bundleLayer(bundle)
  const parts = { base, layer, facts }
  const platforms = base.platforms.map((platform) => platformImage(platform, parts))
  const [only] = platforms
  if (only === undefined) throw new Error(`The base ${base.name} has no platform`)
  const root = base.shape === 'index' ? indexOf(platforms, parts) : only.manifest
  const baseLayers = each(base.platforms.flatMap(({ manifest }) => manifest.layers.map(toOci)))
  const small = platforms.flatMap(({ config, manifest }) => [config.descriptor, manifest.descriptor])
  const all = each([root.descriptor, ...small, layer.descriptor, ...baseLayers])
  return { root, platforms, layer, baseLayers, compressedBytes: all.reduce((sum, { size }) => sum + size, 0) }
}
