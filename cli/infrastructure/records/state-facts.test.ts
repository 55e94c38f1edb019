import { expect, test } from 'vitest'
import { readStateFacts, readTerraformLock } from './state-facts.ts'
import { createMemoryObjectStore } from './testing/memory-object-store.ts'

const holding = async (key: string, text: string) => {
  const bucket = createMemoryObjectStore()
  await bucket.write(key, { text, condition: 'new' })
  return bucket
}
const resource = (mode: string, instances: number) => ({ mode, type: 'aws_vpc', instances: Array(instances).fill({}) })

test('a state is counted by what Terraform manages in it', async () => {
  const state = { serial: 7, resources: [resource('managed', 2), resource('managed', 1), resource('data', 1)] }
  const bucket = await holding('shop-dev.tfstate', JSON.stringify(state))
  expect(await readStateFacts(bucket, 'shop-dev.tfstate')).toEqual({ serial: 7, resources: 3 })
  expect(await readStateFacts(bucket, 'registry.tfstate')).toBeNull()
})

test.each(['{"serial":7', '{"version":9,"things":["canary-secret"]}'])(
  'a state that cannot be read is not taken for none, and not quoted: %s',
  async (text) => {
    const bucket = await holding('shop-dev.tfstate', text)
    const failure = await readStateFacts(bucket, 'shop-dev.tfstate').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'STATE_UNREADABLE', exitCode: 3 })
    expect(JSON.stringify(failure)).not.toContain('canary')
  },
)

test("Terraform's lock is told by its holder, and one that cannot be read is a lock all the same", async () => {
  const lock = { ID: '5f2a', Operation: 'OperationTypeApply', Who: 'ada@laptop', Created: '2026-11-22T20:00:00Z' }
  const bucket = await holding('shop-dev.tfstate.tflock', JSON.stringify(lock))
  expect(await readTerraformLock(bucket, 'shop-dev.tfstate')).toMatchObject({ id: '5f2a', who: 'ada@laptop' })
  expect(await readTerraformLock(bucket, 'registry.tfstate')).toBeNull()
  const damaged = await holding('shop-dev.tfstate.tflock', '{')
  expect(await readTerraformLock(damaged, 'shop-dev.tfstate')).toMatchObject({ id: '?', who: 'an unknown holder' })
})
