export type MemoryEntry<Value> = {
  /** 0 for what is not there. */
  readonly version: number
  readonly value: Value | null
  readonly loadedAt: number
  readonly freshMilliseconds: number
  /** Served only where it cannot be loaded anew. */
  readonly isDoubtful: boolean
  /** When loading it anew failed last. */
  failedAt: number | null
}

/** At most `limit` entries; what was asked for longest ago goes first. */
export type MemoryTier<Value> = {
  get(key: string): MemoryEntry<Value> | undefined
  set(key: string, entry: MemoryEntry<Value>): void
  /** Takes it out if it is older than `version`. */
  drop(key: string, version: number): void
  clear(): void
}

export function createMemoryTier<Value>(limit: number): MemoryTier<Value> {
  const entries = new Map<string, MemoryEntry<Value>>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      // A map keeps the order of insertion: what was used last stands last.
      entries.delete(key)
      entries.set(key, entry)
      return entry
    },
    set(key, entry) {
      entries.delete(key)
      entries.set(key, entry)
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
    drop(key, version) {
      const entry = entries.get(key)
      if (entry !== undefined && entry.version < version) entries.delete(key)
    },
    clear: () => entries.clear(),
  }
}
