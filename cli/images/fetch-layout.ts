import type { Content } from './assemble/content.ts'
import { contentOf } from './assemble/content.ts'
import { indexSchema, manifestSchema, mediaTypes } from './assemble/oci-schemas.ts'
import { openBlobCache } from './blob-cache.ts'
import { writeLayout } from './oci-layout.ts'
import type { RegistryClient } from './registry/registry-types.ts'

export type FetchLayout = {
  readonly client: RegistryClient
  readonly repository: string
  readonly digest: string
  readonly directories: { readonly cache: string; readonly layouts: string }
}

const parse = ({ bytes }: Content): unknown => JSON.parse(bytes.toString())

/**
 * An image of a registry as a layout on disk, so that it can be scanned, loaded or started as one that was just built.
 * Throws what a registry client throws.
 */
export const fetchLayout = async (request: FetchLayout, signal: AbortSignal): Promise<string> => {
  const { client, repository, digest, directories } = request
  const blobs = openBlobCache(`${directories.cache}/images`)
  const from = { client, repository }
  const root = await blobs.manifest({ ...from, digest }, signal)
  const children =
    root.descriptor.mediaType === mediaTypes.index
      ? await Promise.all(
          indexSchema
            .parse(parse(root))
            .manifests.map((child) => blobs.manifest({ ...from, digest: child.digest }, signal)),
        )
      : []
  const manifests = children.length > 0 ? children : [root]
  const parsed = manifests.map((manifest) => manifestSchema.parse(parse(manifest)))
  const configs = await Promise.all(
    parsed.map(async ({ config }) =>
      contentOf(config.mediaType, await blobs.blob({ ...from, descriptor: config }, signal)),
    ),
  )
  return writeLayout({
    image: { root, contents: [...children, ...configs], layers: parsed.flatMap(({ layers }) => layers) },
    directory: directories.layouts,
    layerFile: (descriptor) => blobs.file({ ...from, descriptor }, signal),
  })
}
