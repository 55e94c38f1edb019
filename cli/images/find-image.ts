import { ShopctlError } from '../errors/shopctl-error.ts'
import type { AssembledImage, PlatformImage } from './assemble/assemble-image.ts'
import type { Content } from './assemble/content.ts'
import { runTheSame } from './assemble/image-config.ts'
import { configSchema, type ImageDescriptor, indexSchema, manifestSchema, mediaTypes } from './assemble/oci-schemas.ts'
import type { RegistryClient } from './registry/registry-types.ts'

export type ImageSearch = {
  readonly client: RegistryClient
  readonly repository: string
  readonly tag: string
  readonly signal: AbortSignal
}

const parseJson = ({ bytes }: { readonly bytes: Buffer }): unknown => JSON.parse(bytes.toString())

const manifestsOf = async (root: Content, search: ImageSearch): Promise<readonly Content[]> => {
  if (root.descriptor.mediaType !== mediaTypes.index) return [root]
  const { manifests } = indexSchema.parse(parseJson(root))
  const { client, repository, signal } = search
  return Promise.all(manifests.map(({ digest }) => client.fetchManifest({ repository, reference: digest }, signal)))
}

/** Whether a manifest of the registry runs what this platform's image would run. */
const isSame = async (manifest: Content, search: ImageSearch, wanted: PlatformImage): Promise<boolean> => {
  const { client, repository, signal } = search
  const parsed = manifestSchema.safeParse(parseJson(manifest))
  if (!parsed.success) return false
  const { config, layers } = parsed.data
  const bytes = await client.fetchBlob({ repository, descriptor: config }, signal)
  const found = configSchema.safeParse(parseJson({ bytes }))
  const own = configSchema.parse(parseJson(wanted.config))
  return found.success && layers.length === wanted.layers.length && runTheSame(found.data, own)
}

const foreign = ({ client, repository, tag }: ImageSearch, digest: string): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_FOREIGN',
    outcome: 'refused',
    what: `${client.host}/${repository}:${tag} is not the image that shopctl makes of this source; nothing was changed.`,
    why: [`${digest} runs something else than this bundle on this base: somebody else has pushed it`],
  })

/**
 * Whether what the registry has under the tag is what this source makes. An image of another commit is the same where it
 * runs the same: its uncompressed layers, user, environment, entrypoint and arguments are compared, so that a tag that
 * somebody planted is not taken for ours. Throws IMAGE_FOREIGN (refused) where it is not.
 */
export const requireSameImage = async (
  image: AssembledImage,
  { named, ...search }: ImageSearch & { readonly named: ImageDescriptor },
): Promise<void> => {
  if (named.digest === image.root.descriptor.digest) return
  const { client, repository, signal } = search
  const root = await client.fetchManifest({ repository, reference: named.digest }, signal)
  const manifests = await manifestsOf(root, search)
  if (manifests.length !== image.platforms.length) throw foreign(search, named.digest)
  const same = await Promise.all(
    image.platforms.map((platform, at) => {
      const manifest = manifests[at]
      return manifest === undefined ? false : isSame(manifest, search, platform)
    }),
  )
  if (!same.every(Boolean)) throw foreign(search, named.digest)
}
