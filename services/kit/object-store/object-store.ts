export type NewObject = {
  /** Segments of letters, digits, `.`, `_` and `-`, joined by slashes (see object-key.ts). */
  readonly key: string
  readonly bytes: Uint8Array
  readonly contentType: string
  /** Of the bytes, in hexadecimal digits. */
  readonly sha256: string
}

/** What is there afterwards: what was put, or what somebody put before under this key. Nothing is ever replaced. */
export type PutOutcome =
  | { readonly outcome: 'created' | 'same' }
  | { readonly outcome: 'other'; readonly storedSha256: string }

/** Where files are kept that are written once. Every call ends within its deadline, or soon after its signal. */
export type ObjectStore = {
  put(object: NewObject, signal?: AbortSignal): Promise<PutOutcome>
  /** Null where there is none. */
  get(key: string, signal?: AbortSignal): Promise<Uint8Array | null>
  /** Resolves where objects can be had. */
  check(signal?: AbortSignal): Promise<void>
  close(): void
}

/** The storage is down, slow, full, or does not let us in; it may work later. `message` names no content. */
export class ObjectStoreFault extends Error {
  override readonly name = 'ObjectStoreFault'
}
