import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { type ImageDescriptor, mediaTypes } from '../assemble/oci-schemas.ts'
import { blobPath } from '../blob-cache.ts'
import { type Layout, readLayout } from '../oci-layout.ts'

export type NamedLayout = { readonly reference: string; readonly layoutDirectory: string }

type Blob = { readonly directory: string; readonly descriptor: ImageDescriptor }

/** An index whole, and what one architecture needs of it; null where the image was not built for that. */
const blobsFor = ({ directory, root, platforms }: Layout, architecture: string): readonly Blob[] | null => {
  const platform = platforms.find((each) => each.os === 'linux' && each.architecture === architecture)
  if (platform === undefined) return null
  const { manifest, config, layers } = platform
  return [root.descriptor, manifest.descriptor, config, ...layers].map((descriptor) => ({ directory, descriptor }))
}

const header = (name: string, size: number) => ({ name, size, mtime: new Date(0), mode: 0o444 })

const fill = async (archive: Pack, index: string, blobs: readonly Blob[]): Promise<void> => {
  const layout = JSON.stringify({ imageLayoutVersion: '1.0.0' })
  archive.entry(header('oci-layout', layout.length), layout)
  for (const { directory, descriptor } of blobs) {
    const name = `blobs/sha256/${descriptor.digest.replace('sha256:', '')}`
    const entry = archive.entry(header(name, descriptor.size))
    await pipeline(createReadStream(blobPath(directory, descriptor.digest)), entry)
  }
  archive.entry(header('index.json', index.length), index)
  archive.finalize()
}

export type ImageArchive = {
  readonly stream: Readable
  readonly bytes: number
  /** References of images that were not built for this architecture, and are not in the archive. */
  readonly otherArchitecture: readonly string[]
}

/**
 * Several images as one OCI archive, each under the whole name that a manifest has for it, each blob once and none that
 * the reader has already.
 */
export const imageArchive = async (
  images: readonly NamedLayout[],
  { architecture, has }: { readonly architecture: string; readonly has: ReadonlySet<string> },
): Promise<ImageArchive> => {
  const read = await Promise.all(
    images.map(async ({ reference, layoutDirectory }) => {
      const layout = await readLayout(layoutDirectory)
      return { reference, root: layout.root.descriptor, blobs: blobsFor(layout, architecture) }
    }),
  )
  const manifests = read
    .filter(({ blobs }) => blobs !== null)
    .map(({ reference, root }) => ({ ...root, annotations: { 'io.containerd.image.name': reference } }))
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests })
  const needed = read.flatMap(({ blobs }) => blobs ?? []).filter(({ descriptor }) => !has.has(descriptor.digest))
  const blobs = [...new Map(needed.map((blob) => [blob.descriptor.digest, blob])).values()]
  const archive = pack()
  fill(archive, index, blobs).catch((error: unknown) =>
    archive.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return {
    stream: Readable.from(archive, { objectMode: false }),
    bytes: blobs.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    otherArchitecture: read.filter(({ blobs: own }) => own === null).map(({ reference }) => reference),
  }
}
