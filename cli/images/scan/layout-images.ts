import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { scanFailed } from './scan-failure.ts'

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
})
const manifest = z.object({ mediaType: z.string().optional(), manifests: z.array(descriptor).optional() })
const layoutIndex = z.object({ manifests: z.array(descriptor).min(1) })

export type LayoutImage = { readonly platform: string; readonly descriptor: z.infer<typeof descriptor> }

const blobPath = (layout: string, digest: string): string => join(layout, 'blobs', ...digest.split(':'))

const readVerified = async (layout: string, digest: string): Promise<{ text: string; size: number }> => {
  const bytes = await readFile(blobPath(layout, digest))
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (actual !== digest) throw new Error(`the blob ${digest} has the content of ${actual}`)
  return { text: bytes.toString('utf8'), size: bytes.length }
}

const imageManifest = 'application/vnd.oci.image.manifest.v1+json'

const platformWords = ({ platform }: z.infer<typeof descriptor>): string =>
  platform === undefined ? 'unknown' : `${platform.os}/${platform.architecture}`

/**
 * The images behind a digest, one for each platform. The digest is proven against the content: a verdict is about
 * what will be pushed and nothing else. Throws SCAN_FAILED where the layout does not hold it.
 */
export const layoutImages = async (layout: string, { digest }: { digest: string }): Promise<readonly LayoutImage[]> => {
  try {
    const { text, size } = await readVerified(layout, digest)
    const { mediaType = imageManifest, manifests } = manifest.parse(JSON.parse(text))
    if (manifests === undefined) return [{ platform: 'the only one', descriptor: { mediaType, digest, size } }]
    // Attestations travel in an index as images of no platform.
    const images = manifests.filter((one) => one.platform?.os !== 'unknown')
    if (images.length === 0) throw new Error('the index names no image')
    return images.map((one) => ({ platform: platformWords(one), descriptor: one }))
  } catch (cause) {
    const why = [`${layout} does not hold ${digest}: ${cause instanceof Error ? cause.message : String(cause)}`]
    throw scanFailed(digest, { why, cause })
  }
}

/** The digest of the first thing in a layout's index, for a layout that somebody names by its folder alone. */
export const digestOfLayout = async (layout: string): Promise<string> => {
  try {
    const { manifests } = layoutIndex.parse(JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')))
    return manifests[0]?.digest ?? ''
  } catch (cause) {
    const why = [`${layout} is no OCI layout: ${cause instanceof Error ? cause.message : String(cause)}`]
    throw scanFailed(layout, { why, cause })
  }
}

/**
 * A layout with this image alone, on the blobs of the other. Trivy takes the first image of an index, and of a path
 * only what is before a colon.
 */
export const writeSingleLayout = async (
  directory: string,
  { layout, image }: { layout: string; image: LayoutImage },
): Promise<void> => {
  await mkdir(directory, { recursive: true })
  await symlink(resolve(layout, 'blobs'), join(directory, 'blobs'))
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [image.descriptor] }))
}
