import type { LockStore, LockValue, Versioned } from '../stores.ts'

/** Compare-and-swap in memory; `trouble` decides for each call whether it fails, and whether the write lands first. */
export const createMemoryLockStore = (
  trouble: () => 'none' | 'refused' | 'answer-lost' = () => 'none',
  sharedBy: LockStore['sharedBy'] = 'one-machine',
): LockStore & { current(): Versioned<LockValue> | null } => {
  let current: Versioned<LockValue> | null = null
  let writes = 0
  return {
    sharedBy,
    current: () => current,
    async read() {
      if (trouble() !== 'none') throw new Error('the store does not answer')
      return current
    },
    async write(value, replaces) {
      const kind = trouble()
      if (kind === 'refused') throw new Error('the store does not answer')
      if ((current?.version ?? null) !== replaces) return null
      writes += 1
      current = { value, version: String(writes) }
      if (kind === 'answer-lost') throw new Error('the connection was reset')
      return current.version
    },
  }
}
