import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Content, contentOf, digestOf } from './assemble/content.ts'
import type { ImageDescriptor } from './assemble/oci-schemas.ts'
import type { RegistryClient } from './registry/registry-types.ts'

export type BlobSource = {
  readonly client: RegistryClient
  readonly repository: string
  readonly descriptor: ImageDescriptor
}

/**
 * Blobs and manifests on disk under their digests, for all environments and any number of processes at once: a file
 * appears whole or not at all, and what is in it follows from its name.
 */
export type BlobCache = {
  /** The path of a blob, which is fetched first where it is not there. */
  file(source: BlobSource, signal: AbortSignal): Promise<string>
  /** A small blob in memory, from the cache or fetched. */
  blob(source: BlobSource, signal: AbortSignal): Promise<Buffer>
  /** A manifest or an index by its digest, from the cache or fetched. */
  manifest(source: Omit<BlobSource, 'descriptor'> & { readonly digest: string }, signal: AbortSignal): Promise<Content>
}

export const blobPath = (directory: string, digest: string): string =>
  join(directory, 'blobs', 'sha256', digest.replace('sha256:', ''))

/** The media type cannot be told from the bytes of a config, so manifests say their own. */
const mediaTypeIn = (bytes: Buffer): string | null => {
  const value: unknown = JSON.parse(bytes.toString())
  if (typeof value !== 'object' || value === null || !('mediaType' in value)) return null
  return typeof value.mediaType === 'string' ? value.mediaType : null
}

const readChecked = async (file: string, digest: string): Promise<Buffer | null> => {
  const bytes = await readFile(file).catch(() => null)
  return bytes !== null && digestOf(bytes) === digest ? bytes : null
}

const hasSize = async (file: string, size: number): Promise<boolean> =>
  stat(file).then(
    (found) => found.size === size,
    () => false,
  )

const keep = async (file: string, bytes: Buffer): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}`
  await writeFile(temporary, bytes, { mode: 0o444 })
  await rename(temporary, file)
}

const download = async (file: string, source: BlobSource, signal: AbortSignal): Promise<void> => {
  const { client, repository, descriptor } = source
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}`
  const handle = await open(temporary, 'wx', 0o444)
  try {
    await client.downloadBlob({ repository, descriptor, file: handle }, signal)
    await handle.close()
    await rename(temporary, file)
  } finally {
    await handle.close()
    await rm(temporary, { force: true })
  }
}

/** Of all caches of this process: a file that is replaced while somebody links it is gone for a moment (ENOENT). */
const underway = new Map<string, Promise<void>>()

export const openBlobCache = (directory: string): BlobCache => {
  return {
    async file(source, signal) {
      const { digest, size } = source.descriptor
      const file = blobPath(directory, digest)
      if (await hasSize(file, size)) return file
      // Three services stand on the same base: it is fetched once.
      const running = underway.get(file) ?? download(file, source, signal)
      underway.set(file, running)
      await running.finally(() => underway.delete(file))
      return file
    },
    async blob({ client, repository, descriptor }, signal) {
      const file = blobPath(directory, descriptor.digest)
      const kept = await readChecked(file, descriptor.digest)
      if (kept !== null) return kept
      const bytes = await client.fetchBlob({ repository, descriptor }, signal)
      await keep(file, bytes)
      return bytes
    },
    async manifest({ client, repository, digest }, signal) {
      const file = blobPath(directory, digest)
      const kept = await readChecked(file, digest)
      const mediaType = kept === null ? null : mediaTypeIn(kept)
      if (kept !== null && mediaType !== null) return contentOf(mediaType, kept)
      const content = await client.fetchManifest({ repository, reference: digest }, signal)
      await keep(file, content.bytes)
      return content
    },
  }
}
