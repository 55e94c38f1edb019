import { lockStoreContract } from './lock-store-contract.ts'
import { createMemoryLockStore } from './memory-lock-store.ts'

const stores = new Map<string, ReturnType<typeof createMemoryLockStore>>()

lockStoreContract(async (name) => {
  const store = stores.get(name) ?? createMemoryLockStore()
  stores.set(name, store)
  return store
})
