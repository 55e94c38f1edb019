import { fileObjectStore } from './file-object-store.ts'
import type { ObjectStore } from './object-store.ts'
import type { ObjectStorePlace } from './object-store-url.ts'
import { s3ObjectStore } from './s3-object-store.ts'

/** Asks nobody and writes nothing yet. */
export function openObjectStore(place: ObjectStorePlace): ObjectStore {
  return place.kind === 'file' ? fileObjectStore(place) : s3ObjectStore(place)
}
