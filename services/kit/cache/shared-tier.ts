/** What one process filled in and others may read; `text` null is what is not there. */
export type SharedEntry = {
  readonly version: number
  readonly text: string | null
  readonly ageMilliseconds: number
  readonly freshMilliseconds: number
}

/** `epoch`: whatever is filled in must have been loaded in the epoch in which it was looked for. */
export type SharedAnswer = { readonly epoch: string; readonly entry: SharedEntry | null }

export type SharedFill = Omit<SharedEntry, 'ageMilliseconds'> & { readonly epoch: string }

/** The cache that processes have in common. None of it rejects: it may be away, and then it holds nothing. */
export type SharedTier = {
  /** Null where it cannot say. */
  read(key: string): Promise<SharedAnswer | null>
  fill(key: string, fill: SharedFill): Promise<void>
  drop(key: string, version: number): Promise<void>
  /** Begins a new epoch: all that is in it is lost. */
  renew(): Promise<void>
  isDegraded(): boolean
}
