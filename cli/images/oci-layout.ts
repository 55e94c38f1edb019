import { randomUUID } from 'node:crypto'
import { access, copyFile, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { hasErrorCode } from '../errors/has-error-code.ts'
import type { AssembledImage } from './assemble/assemble-image.ts'
import type { Content } from './assemble/content.ts'
import { type ImageDescriptor, indexSchema, manifestSchema, mediaTypes } from './assemble/oci-schemas.ts'
import { blobPath } from './blob-cache.ts'

/** Where the layout of an image is, whether or not it has been written. */
export const layoutPath = (directory: string, digest: string): string => join(directory, digest.replace('sha256:', ''))

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The base is hundred times as large as what is added to it, so it is on the disk only once. */
const linkOrCopy = async (from: string, to: string): Promise<void> => {
  await link(from, to).catch((error: unknown) => {
    if (!hasErrorCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) throw error
    return copyFile(from, to)
  })
}

/** What of an image is in its layout: small things as they are, layers by their descriptors. */
export type LayoutContent = {
  readonly root: Content
  readonly contents: readonly Content[]
  readonly layers: readonly ImageDescriptor[]
}

export const contentOfImage = ({ root, layer, platforms, baseLayers }: AssembledImage): LayoutContent => ({
  root,
  contents: [layer, ...platforms.flatMap(({ config, manifest }) => [config, manifest])],
  layers: baseLayers,
})

export type LayoutRequest = {
  readonly image: LayoutContent
  /** All layouts; one is `<directory>/<64 hexadecimal digits>`. */
  readonly directory: string
  /** The file of a layer. */
  readonly layerFile: (descriptor: ImageDescriptor) => Promise<string>
}

const fill = async (target: string, { image, layerFile }: LayoutRequest): Promise<void> => {
  await mkdir(dirname(blobPath(target, image.root.descriptor.digest)), { recursive: true })
  const contents = new Map([image.root, ...image.contents].map((content) => [content.descriptor.digest, content]))
  const layers = new Map(image.layers.map((layer) => [layer.digest, layer]))
  await Promise.all([
    ...[...layers.values()].map(async (layer) => linkOrCopy(await layerFile(layer), blobPath(target, layer.digest))),
    ...[...contents.values()].map(({ descriptor, bytes }) => writeFile(blobPath(target, descriptor.digest), bytes)),
    writeFile(join(target, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    writeFile(
      join(target, 'index.json'),
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [image.root.descriptor] }),
    ),
  ])
}

/**
 * Writes an image as an OCI layout, whole or not at all, so that it can be scanned, loaded and pushed as one thing. A
 * layout that is there already is left as it is: its name is its content.
 */
export const writeLayout = async (request: LayoutRequest): Promise<string> => {
  const target = layoutPath(request.directory, request.image.root.descriptor.digest)
  if (await exists(join(target, 'index.json'))) return target
  const temporary = `${target}.${randomUUID()}`
  try {
    await fill(temporary, request)
    await rename(temporary, target).catch((error: unknown) => {
      // Another process was first.
      if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return target
}

export type LayoutPlatform = {
  readonly os: string
  readonly architecture: string
  readonly manifest: Content
  readonly config: ImageDescriptor
  readonly layers: readonly ImageDescriptor[]
}

export type Layout = {
  readonly directory: string
  readonly root: Content
  readonly platforms: readonly LayoutPlatform[]
}

const readContent = async (directory: string, descriptor: ImageDescriptor): Promise<Content> => ({
  descriptor: { mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size },
  bytes: await readFile(blobPath(directory, descriptor.digest)),
})

const platformInConfig = z.object({ os: z.string(), architecture: z.string() })

const readPlatform = async (directory: string, manifest: Content): Promise<LayoutPlatform> => {
  const { config, layers } = manifestSchema.parse(JSON.parse(manifest.bytes.toString()))
  const { bytes } = await readContent(directory, config)
  return { ...platformInConfig.parse(JSON.parse(bytes.toString())), manifest, config, layers }
}

/** What `writeLayout` wrote, without the layers. */
export const readLayout = async (directory: string): Promise<Layout> => {
  const { manifests } = indexSchema.parse(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')))
  const [descriptor] = manifests
  if (descriptor === undefined) throw new Error(`The layout ${directory} has no image`)
  const root = await readContent(directory, descriptor)
  if (descriptor.mediaType !== mediaTypes.index) {
    return { directory, root, platforms: [await readPlatform(directory, root)] }
  }
  const index = indexSchema.parse(JSON.parse(root.bytes.toString()))
  const contents = await Promise.all(index.manifests.map((manifest) => readContent(directory, manifest)))
  return { directory, root, platforms: await Promise.all(contents.map((content) => readPlatform(directory, content))) }
}
