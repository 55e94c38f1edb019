import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aLockValue, lockStoreContract } from '../../releases/testing/lock-store-contract.ts'
import { createLocalLockStore } from './lock-store.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl-lock-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

lockStoreContract(async (name) => createLocalLockStore(join(root, name)))

test('a long life leaves few files, also of killed writers', async () => {
  const directory = join(root, 'long')
  const store = createLocalLockStore(directory)
  let version = await store.write(aLockValue('ada'), null)
  await writeFile(join(directory, '0000000003.killed.tmp'), 'half')
  for (let turn = 0; turn < 30; turn += 1) version = await store.write(aLockValue('ada'), version)
  expect(version).toBe('31')
  expect((await readdir(directory)).length).toBeLessThanOrEqual(8)
  expect(await readdir(directory)).not.toContain('0000000003.killed.tmp')
})

test('a contender that was paused until its number was free again notices that it is behind', async () => {
  const directory = join(root, 'paused')
  const store = createLocalLockStore(directory)
  let version = await store.write(aLockValue('ada'), null)
  for (let turn = 0; turn < 30; turn += 1) version = await store.write(aLockValue('ada'), version)
  expect(await readdir(directory)).not.toContain('0000000002')
  expect(await store.write(aLockValue('sleeper'), '1')).toBeNull()
  expect((await store.read())?.value.holder).toBe('ada')
})

test.each(['', '{"schema":"shopctl.lock/9"}', 'nonsense'])(
  'a lock file of %j is held by nobody known and can be replaced',
  async (text) => {
    const directory = await mkdtemp(join(root, 'corrupted-'))
    await writeFile(join(directory, '0000000001'), text)
    const store = createLocalLockStore(directory)
    const seen = await store.read()
    expect(seen?.value).toMatchObject({ holder: 'an unknown holder', released: false })
    expect(seen?.value.reason).toContain('0000000001 cannot be read')
    expect(await store.write(aLockValue('bob'), seen?.version ?? null)).toBe('2')
  },
)

test('a place that cannot be written is a refusal', async () => {
  const path = join(root, 'a-file')
  await writeFile(path, '')
  await expect(createLocalLockStore(join(path, 'lock')).write(aLockValue('ada'), null)).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
    exitCode: 3,
  })
})
