import { expect, test } from 'vitest'
import { acquireLock, forceRelease } from '../../releases/lock.ts'
import { aLockValue, lockStoreContract } from '../../releases/testing/lock-store-contract.ts'
import { createLockWorld } from '../../releases/testing/lock-world.ts'
import { createKubeLockStore } from './lock-store.ts'
import { createMemoryKubeClient, type MemoryKubeClient } from './testing/memory-kube-client.ts'

const clients = new Map<string, MemoryKubeClient>()

lockStoreContract(async (name) => {
  const client = clients.get(name) ?? createMemoryKubeClient()
  clients.set(name, client)
  return createKubeLockStore({ client, namespace: 'shop' })
})

const namespace = 'shop'
const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'shopctl', namespace }
const signal = new AbortController().signal

const open = (client = createMemoryKubeClient()) => ({ client, store: createKubeLockStore({ client, namespace }) })

const asking = {
  environment: 'staging',
  holder: 'bob',
  reason: 'deploy',
  command: 'deploy --env staging',
  timeToLiveSeconds: 30,
  waitSeconds: 0,
  signal,
  onWait: () => undefined,
}

test('people and other tools read the lock as a Lease: holder, times, transitions, and nobody when it is given back', async () => {
  const { client, store } = open()
  const first = await store.write(aLockValue('ada'), null)
  expect((await client.read(lease, signal))?.spec).toEqual({
    holderIdentity: 'ada',
    leaseDurationSeconds: 30,
    acquireTime: '2026-11-22T12:00:00.000000Z',
    renewTime: '2026-11-22T12:00:00.000000Z',
    leaseTransitions: 0,
  })
  const second = await store.write({ ...aLockValue('ada'), released: true }, first)
  expect((await client.read(lease, signal))?.spec).toMatchObject({ holderIdentity: '', leaseTransitions: 0 })
  await store.write(aLockValue('bob'), second)
  expect((await client.read(lease, signal))?.spec).toMatchObject({ holderIdentity: 'bob', leaseTransitions: 1 })
})

test('a renewal is one request', async () => {
  const { client, store } = open()
  let version = await store.write(aLockValue('ada'), null)
  const before = client.requestCount()
  for (let turn = 0; turn < 3; turn += 1) version = await store.write(aLockValue('ada'), version)
  expect(client.requestCount() - before).toBe(3)
})

test('looking at the lock where there is no namespace finds none and makes none', async () => {
  const { client, store } = open()
  expect(await store.read()).toBeNull()
  expect(client.objects()).toEqual([])
})

test('a lock whose namespace was deleted is lost to its holder and free for others', async () => {
  const { client, store } = open()
  const version = await store.write(aLockValue('ada'), null)
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }, signal)
  expect(await store.write(aLockValue('ada'), version)).toBeNull()
  expect(await store.read()).toBeNull()
  expect(await open(client).store.write(aLockValue('bob'), null)).not.toBeNull()
})

test.each([
  ['its annotation is rubbish', { metadata: { annotations: { 'shopctl.dev/lock': '{"holder":' } } }, 'is damaged'],
  ['its annotation is gone', { metadata: { annotations: null } }, 'is damaged'],
  ['another holder is written in', { spec: { holderIdentity: 'eve' } }, 'spec.holderIdentity is "eve"'],
])('a Lease where %s says so, is watched and taken, or set right at once by lock release', async (_, change, why) => {
  const { client, store } = open()
  await store.write(aLockValue('ada'), null)
  client.edit(lease, change)
  const seen = await store.read()
  expect(seen?.value).toMatchObject({ holder: 'an unknown holder', released: false })
  expect(seen?.value.reason).toContain('the Lease shopctl in shop was edited by hand')
  expect(seen?.value.reason).toContain(why)

  const world = createLockWorld()
  const taking = acquireLock(store, asking, world.clockOf({ host: 'agent', processId: 2, bootId: 'b' }))
  await world.advance(31_000)
  expect((await taking).found).toMatchObject({ why: 'its time to live passed' })
  await (await taking).lock.release()

  client.edit(lease, change)
  expect(await forceRelease(store)).toMatchObject({ holder: 'an unknown holder' })
  expect((await store.read())?.value.released).toBe(true)
})

test('whoever empties the holder by kubectl has given the lock back', async () => {
  const { client, store } = open()
  await store.write(aLockValue('ada'), null)
  client.edit(lease, { spec: { holderIdentity: null } })
  expect((await store.read())?.value).toEqual({ ...aLockValue('ada'), released: true })
})

test('a foreign label on the Lease stays', async () => {
  const { client, store } = open()
  await store.write(aLockValue('ada'), null)
  client.edit(lease, { metadata: { labels: { team: 'shop' } } })
  await store.write(aLockValue('ada'), (await store.read())?.version ?? null)
  expect((await client.read(lease, signal))?.metadata.labels).toMatchObject({ team: 'shop' })
})
