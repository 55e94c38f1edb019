import type { Content } from './assemble/content.ts'
import {
  configSchema,
  type ImageDescriptor,
  type ImagePlatform,
  indexSchema,
  manifestSchema,
  mediaTypes,
} from './assemble/oci-schemas.ts'
import { parseImageReference } from './image-reference.ts'
import type { RegistryClient } from './registry/registry-types.ts'

export type ImageByDigest = {
  /** For example `linux/amd64`. */
  readonly platforms: readonly string[]
  /** Of all platforms, each blob once. */
  readonly compressedBytes: number
}

type Place = { readonly client: RegistryClient; readonly repository: string; readonly signal: AbortSignal }

const parse = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

const nameOf = ({ os, architecture }: Pick<ImagePlatform, 'os' | 'architecture'>): string => `${os}/${architecture}`

const sizeOf = (blobs: readonly ImageDescriptor[]): number =>
  [...new Map(blobs.map((blob) => [blob.digest, blob.size])).values()].reduce((sum, size) => sum + size, 0)

const measure = (manifests: readonly Content[]): number =>
  sizeOf(
    manifests.flatMap(({ descriptor, bytes }) => {
      const { config, layers } = manifestSchema.parse(parse(bytes))
      return [descriptor, config, ...layers]
    }),
  )

const ofOnePlatform = async (root: Content, { client, repository, signal }: Place): Promise<ImageByDigest> => {
  const { config } = manifestSchema.parse(parse(root.bytes))
  const found = configSchema.parse(parse(await client.fetchBlob({ repository, descriptor: config }, signal)))
  return { platforms: [nameOf(found)], compressedBytes: measure([root]) }
}

const ofIndex = async (root: Content, { client, repository, signal }: Place): Promise<ImageByDigest> => {
  const { manifests } = indexSchema.parse(parse(root.bytes))
  const children = await Promise.all(
    manifests.map(({ digest }) => client.fetchManifest({ repository, reference: digest }, signal)),
  )
  return {
    platforms: manifests.flatMap(({ platform }) => (platform === undefined ? [] : [nameOf(platform)])),
    compressedBytes: measure(children),
  }
}

/**
 * What a registry has under `host/repository@sha256:…`; null where it has nothing. Asked of the registry itself, and
 * compared with the digest. Throws what a registry client throws.
 */
export const findByDigest = async (
  reference: string,
  { registries }: { readonly registries: (host: string) => RegistryClient },
  signal: AbortSignal,
): Promise<ImageByDigest | null> => {
  const { host, repository, digest } = parseImageReference(reference)
  if (digest === null) throw new Error(`${reference} names no digest`)
  const client = registries(host)
  const place = { repository, reference: digest }
  if ((await client.findManifest(place, signal)) === null) return null
  const root = await client.fetchManifest(place, signal)
  const where = { client, repository, signal }
  return root.descriptor.mediaType === mediaTypes.index ? ofIndex(root, where) : ofOnePlatform(root, where)
}
