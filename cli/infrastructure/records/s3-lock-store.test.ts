import { expect, test } from 'vitest'
import { aLockValue, lockStoreContract } from '../../releases/testing/lock-store-contract.ts'
import { createS3LockStore, lockKey } from './s3-lock-store.ts'
import { createMemoryObjectStore } from './testing/memory-object-store.ts'

const buckets = new Map<string, ReturnType<typeof createMemoryObjectStore>>()

lockStoreContract(async (name) => {
  const bucket = buckets.get(name) ?? createMemoryObjectStore()
  buckets.set(name, bucket)
  return createS3LockStore(bucket, 'shop-dev')
})

test("a lock that was edited by hand is nobody's known, says what is wrong with it, and can be replaced", async () => {
  const bucket = createMemoryObjectStore()
  const store = createS3LockStore(bucket, 'shop-dev')
  await bucket.write(lockKey('shop-dev'), { text: '{"holder":', condition: 'new' })
  const seen = await store.read()
  expect(seen?.value).toMatchObject({ holder: 'an unknown holder', released: false })
  expect(seen?.value.reason).toContain('shopctl/locks/shop-dev.json in the state bucket cannot be read')
  expect(await store.write(aLockValue('ada'), seen?.version ?? null)).not.toBeNull()
})

test('two stacks have a lock each', async () => {
  const bucket = createMemoryObjectStore()
  await createS3LockStore(bucket, 'shop-dev').write(aLockValue('ada'), null)
  expect(await createS3LockStore(bucket, 'registry').read()).toBeNull()
})
