import { createHash } from 'node:crypto'
import type { ImageDescriptor } from './oci-schemas.ts'

/** Bytes with the name that they have everywhere. */
export type Content = { readonly descriptor: ImageDescriptor; readonly bytes: Buffer }

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const contentOf = (mediaType: string, bytes: Buffer): Content => ({
  descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
  bytes,
})

/** JSON in the order in which the value was written down, so that the same value has the same digest. */
export const jsonContent = (mediaType: string, value: object): Content =>
  contentOf(mediaType, Buffer.from(JSON.stringify(value)))
