import type { FileHandle } from 'node:fs/promises'
import type { Content } from '../assemble/content.ts'
import type { ImageDescriptor } from '../assemble/oci-schemas.ts'

export type UploadResult = 'present' | 'mounted' | 'uploaded'

/** A tag or a digest in a repository. */
export type ManifestPlace = { readonly repository: string; readonly reference: string }
export type BlobPlace = { readonly repository: string; readonly descriptor: ImageDescriptor }

export type BlobUpload = BlobPlace & {
  /** Opened only where the registry does not have the blob. */
  readonly open: () => Promise<Blob>
  /** A repository of the same registry that has it, from which it need not be sent. */
  readonly mountFrom: string | null
}

/**
 * The OCI distribution API of one registry. All methods throw ShopctlError only: REGISTRY_UNREACHABLE, REGISTRY_LOGIN,
 * REGISTRY_REFUSED (refused), or what the signal was aborted with.
 */
export type RegistryClient = {
  readonly host: string
  /** What a tag or digest names; null where it is not there, or its repository is not. */
  findManifest(place: ManifestPlace, signal: AbortSignal): Promise<ImageDescriptor | null>
  /** The manifest itself. Throws IMAGE_MISSING or IMAGE_DAMAGED (refused). */
  fetchManifest(place: ManifestPlace, signal: AbortSignal): Promise<Content>
  /** A small blob, for example a config, in memory. Throws IMAGE_MISSING or IMAGE_DAMAGED (refused). */
  fetchBlob(place: BlobPlace, signal: AbortSignal): Promise<Buffer>
  /** Writes a blob into a file, going on where a broken connection left it. Throws as `fetchBlob`. */
  downloadBlob(place: BlobPlace & { readonly file: FileHandle }, signal: AbortSignal): Promise<void>
  hasBlob(place: BlobPlace, signal: AbortSignal): Promise<boolean>
  /** Mounts or sends what is missing. Throws REPOSITORY_MISSING (refused). */
  uploadBlob(upload: BlobUpload, signal: AbortSignal): Promise<UploadResult>
  /**
   * Puts a manifest under its digest or a tag, and reads it back. A tag that names another digest already is left as it
   * is: IMAGE_TAG_TAKEN (refused).
   */
  putManifest(place: ManifestPlace & { readonly content: Content }, signal: AbortSignal): Promise<void>
  /** Bytes that this client has sent as bodies of requests. */
  bytesSent(): number
}
