import { openAsBlob } from 'node:fs'
import type { BaseImage } from './assemble/base-image-facts.ts'
import type { ImageDescriptor } from './assemble/oci-schemas.ts'
import { blobPath } from './blob-cache.ts'
import type { BuiltImage } from './build-images.ts'
import { parseImageReference, parseRegistryPlace } from './image-reference.ts'
import { type Layout, readLayout } from './oci-layout.ts'
import type { RegistryClient } from './registry/registry-types.ts'

export type PushedImage = {
  readonly service: string
  readonly reference: string
  readonly digest: string
  /** False where the registry had it already. */
  readonly sent: boolean
}

export type PushResult = {
  readonly images: readonly PushedImage[]
  /** Bodies of all requests of this push. */
  readonly bytesSent: number
}

/** What a push needs to know of an image. */
export type PushableImage = Pick<
  BuiltImage,
  'service' | 'repository' | 'tag' | 'reference' | 'digest' | 'layoutDirectory'
>

export type PushImages = {
  readonly images: readonly PushableImage[]
  /** Where the layers that the images share may be mounted from. */
  readonly base: Pick<BaseImage, 'name'>
  readonly registry: string
  readonly registries: (host: string) => RegistryClient
  readonly say: (service: string, message: string) => void
}

type Push = {
  readonly image: PushableImage
  readonly client: RegistryClient
  readonly mountFrom: string | null
  readonly signal: AbortSignal
}

const pushBlobs = async ({ directory, platforms }: Layout, { image, client, mountFrom, signal }: Push) => {
  const { repository } = image
  const blobs = new Map<string, ImageDescriptor>()
  for (const { config, layers } of platforms) for (const blob of [config, ...layers]) blobs.set(blob.digest, blob)
  await Promise.all(
    [...blobs.values()].map((descriptor) => {
      const open = () => openAsBlob(blobPath(directory, descriptor.digest))
      return client.uploadBlob({ repository, descriptor, open, mountFrom }, signal)
    }),
  )
}

/** What it names is there before anything is named, so that a broken push leaves no image that cannot be pulled. */
const pushLayout = async (layoutDirectory: string, push: Push): Promise<void> => {
  const layout = await readLayout(layoutDirectory)
  const { image, client, signal } = push
  const { repository, tag } = image
  await pushBlobs(layout, push)
  const children = layout.platforms
    .map(({ manifest }) => manifest)
    .filter(({ descriptor }) => descriptor.digest !== image.digest)
  await Promise.all(
    children.map((content) =>
      client.putManifest({ repository, reference: content.descriptor.digest, content }, signal),
    ),
  )
  await client.putManifest({ repository, reference: tag, content: layout.root }, signal)
}

/**
 * Pushes what was built, and reads every manifest back by its digest. What the registry has is not sent; the layers of
 * the base are mounted from its repository, or from the first service's where it comes from another registry. Throws
 * IMAGE_TAG_TAKEN, IMAGE_DAMAGED, REPOSITORY_MISSING or what a registry client throws.
 */
export const pushImages = async (request: PushImages, signal: AbortSignal): Promise<PushResult> => {
  const { images, base, registry, registries, say } = request
  const client = registries(parseRegistryPlace(registry).host)
  const before = client.bytesSent()
  const from = parseImageReference(base.name)
  const baseRepository = from.host === client.host ? from.repository : null

  const pushOne = async (image: PushableImage, mountFrom: string | null): Promise<PushedImage> => {
    const { service, reference, digest, layoutDirectory } = image
    if (layoutDirectory === null) return { service, reference, digest, sent: false }
    say(service, `pushing ${image.tag}`)
    await pushLayout(layoutDirectory, { image, client, mountFrom, signal })
    say(service, `pushed ${digest}`)
    return { service, reference, digest, sent: true }
  }

  const [first, ...others] = images
  if (first === undefined) return { images: [], bytesSent: 0 }
  if (baseRepository !== null) {
    const pushed = await Promise.all(images.map((image) => pushOne(image, baseRepository)))
    return { images: pushed, bytesSent: client.bytesSent() - before }
  }
  const pushedFirst = await pushOne(first, null)
  const rest = await Promise.all(others.map((image) => pushOne(image, first.repository)))
  return { images: [pushedFirst, ...rest], bytesSent: client.bytesSent() - before }
}
