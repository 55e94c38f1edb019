import type { ObjectStore, StoredObject } from '../object-store.ts'

type MemoryObjectStore = ObjectStore & {
  readonly objects: ReadonlyMap<string, StoredObject>
  /** From now on nothing can be written, as for somebody who may only read. */
  forbidWriting(error: Error): void
}

/** The state bucket in memory; `standing` may say that it is not there. */
export const createMemoryObjectStore = (
  standing: () => 'there' | 'missing' | 'foreign' = () => 'there',
): MemoryObjectStore => {
  const objects = new Map<string, StoredObject>()
  let writes = 0
  let forbidden: Error | null = null
  return {
    bucket: 'shop-terraform-state-000000000000',
    objects,
    standing: async () => standing(),
    read: async (key) => (standing() === 'there' ? (objects.get(key) ?? null) : null),
    async write(key, { text, condition }) {
      if (forbidden !== null) throw forbidden
      const known = objects.get(key)
      if (condition === 'new' && known !== undefined) return null
      if (typeof condition === 'object' && known?.version !== condition.replaces) return null
      writes += 1
      objects.set(key, { text, version: String(writes) })
      return String(writes)
    },
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted(),
    forbidWriting(error) {
      forbidden = error
    },
  }
}
