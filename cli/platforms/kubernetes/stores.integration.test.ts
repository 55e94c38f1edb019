import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acquireLock, forceRelease } from '../../releases/lock.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { lockStoreContract } from '../../releases/testing/lock-store-contract.ts'
import { settingsHash } from '../service-settings.ts'
import { connect } from './connect.ts'
import type { KubeClient } from './kube-client.ts'
import { createKubeLockStore } from './lock-store.ts'
import { ensureOwnFoundations, foundationsSecretName, readOwnFoundations } from './own-foundations.ts'
import { createKubeReleaseStore } from './release-store.ts'
import { keepSecret, missingSecrets, secretValues, unusedSecrets } from './settings-secrets.ts'
import { clusterMissing } from './testing/cluster-for-tests.ts'

const openTestClient = (): Promise<KubeClient> => connect({ kubeContext: null, processEnvironment: process.env })

describe.skipIf(clusterMissing !== null)(
  `on a real cluster${clusterMissing === null ? '' : ` (${clusterMissing})`}`,
  () => {
    const made = new Set<string>()
    const newNamespace = (word: string): string => {
      const name = `test-${word}-${randomBytes(4).toString('hex')}`
      made.add(name)
      return name
    }

    let client: KubeClient
    beforeAll(async () => {
      client = await openTestClient()
    })
    afterAll(async () => {
      const signal = AbortSignal.timeout(50_000)
      const namespaces = [...made].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', name, namespace: null }))
      await Promise.all(namespaces.map((reference) => client.delete(reference, signal)))
    })

    describe('the lock', () => {
      const names = new Map<string, string>()
      lockStoreContract(async (name) => {
        const namespace = names.get(name) ?? newNamespace('lock')
        names.set(name, namespace)
        return createKubeLockStore({ client: await openTestClient(), namespace })
      })

      test('is taken, renewed by the real clock, and noticed as lost when a hand takes it', async () => {
        const namespace = newNamespace('lock')
        const store = createKubeLockStore({ client, namespace })
        const request = {
          environment: 'dev',
          holder: 'ada',
          reason: 'test',
          command: 'deploy --env dev',
          timeToLiveSeconds: 3,
          waitSeconds: 0,
          signal: new AbortController().signal,
          onWait: () => undefined,
        }
        const { lock } = await acquireLock(store, request, systemLockClock())
        const first = (await store.read())?.version
        await expect.poll(async () => (await store.read())?.version, { timeout: 5000 }).not.toBe(first)
        expect(await forceRelease(createKubeLockStore({ client, namespace }))).toMatchObject({ holder: 'ada' })
        await expect.poll(() => lock.signal.aborted, { timeout: 5000 }).toBe(true)
        expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST', why: ['the lock was released by hand'] })
      })
    })

    describe('records', () => {
      const { number: _, ...unnumbered } = aRelease({ number: 1 })

      test('are numbered against concurrent callers, kept in parts where large, and leave nothing when removed', async () => {
        const namespace = newNamespace('records')
        const stores = await Promise.all(
          Array.from({ length: 4 }, async () => createKubeReleaseStore({ client: await openTestClient(), namespace })),
        )
        const [store] = stores
        if (store === undefined) throw new Error('no store')
        expect(await store.list()).toEqual({ records: [], setAside: [] })
        const created = await Promise.all(stores.map((each) => each.create(unnumbered)))
        expect(created.map(({ number }) => number).toSorted()).toEqual([1, 2, 3, 4])

        const record = aRelease({
          number: 4,
          evidence: [
            {
              service: 'orders',
              reason: 'it crashed',
              lastLogs: [randomBytes(1_600_000).toString('base64')],
              previousLogs: [],
              probeFailures: [],
              events: [],
              collectedAt: '2026-11-22T12:00:00.000Z',
            },
          ],
        })
        await store.update(record)
        expect(isDeepStrictEqual(await store.read(4), record)).toBe(true)
        const before = client.requestCount()
        const { records, setAside } = await createKubeReleaseStore({ client, namespace }).list()
        expect(client.requestCount() - before).toBe(1)
        expect([records.map(({ number }) => number), setAside]).toEqual([[4, 3, 2, 1], []])

        const signal = AbortSignal.timeout(20_000)
        const { items } = await client.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }, signal)
        const part = items.find(({ metadata }) => metadata.name.includes('-part-'))?.metadata.name ?? ''
        await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: part, namespace }, signal)
        expect((await store.list()).setAside).toMatchObject([{ why: expect.stringContaining('is missing') }])
        expect((await store.list()).setAside).toEqual([])
        await store.remove(3)
        expect((await store.create(unnumbered)).number).toBe(5)
      })
    })

    describe('secrets', () => {
      test('are made once by many, cannot be changed, and are found by their settings', async () => {
        const signal = AbortSignal.timeout(20_000)
        const place = { client, environment: 'dev', namespace: newNamespace('secrets') }
        const all = await Promise.all(Array.from({ length: 4 }, () => ensureOwnFoundations(place, signal)))
        expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1)
        expect(await readOwnFoundations(place, signal)).toEqual(all[0])
        const reference = { apiVersion: 'v1', kind: 'Secret', name: foundationsSecretName, namespace: place.namespace }
        const change = { body: { data: { POSTGRES_PASSWORD: 'AAAA' } } }
        await expect(client.patch(reference, change, signal)).rejects.toMatchObject({ outcome: 'refused' })

        const settings = { variables: {}, secrets: { KEY: 'a value of some length' } }
        expect(await keepSecret(place, { service: 'orders', settings }, signal)).toBe('made')
        expect(await keepSecret(place, { service: 'orders', settings }, signal)).toBe('there')
        const { services } = aRelease({ number: 1, services: { orders: `a/${settingsHash(settings)}` } })
        expect(await missingSecrets(place, services, signal)).toEqual([])
        expect(await unusedSecrets(place, [], signal)).toHaveLength(1)
        expect(await secretValues(place, signal)).toContain('a value of some length')
      })
    })
  },
)
