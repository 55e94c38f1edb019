import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { ReleaseRecord } from '../../releases/release.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import type { KubeObject } from './kube-client.ts'
import { createKubeReleaseStore } from './release-store.ts'
import { createMemoryKubeClient, type MemoryKubeClient, type SeenRequest } from './testing/memory-kube-client.ts'

const namespace = 'shop'
const { number: _, ...unnumbered } = aRelease({ number: 1 })
const reference = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace })
const signal = new AbortController().signal

const open = (client: MemoryKubeClient = createMemoryKubeClient()) => ({
  client,
  store: createKubeReleaseStore({ client, namespace }),
})

/** Evidence that no compression makes small: some parts long. */
const large = (record: ReleaseRecord, megabytes: number): ReleaseRecord => ({
  ...record,
  evidence: [
    {
      service: 'orders',
      reason: 'it crashed',
      lastLogs: [randomBytes(megabytes * 750_000).toString('base64')],
      previousLogs: [],
      probeFailures: [],
      events: [],
      collectedAt: record.startedAt,
    },
  ],
})

const configMaps = (client: MemoryKubeClient) =>
  client
    .objects('ConfigMap')
    .map(({ metadata }) => metadata.name)
    .sort()

test('where there is no namespace yet, reading finds nothing and makes nothing', async () => {
  const { client, store } = open()
  expect(await store.list()).toEqual({ records: [], setAside: [] })
  expect(await store.read(1)).toBeNull()
  await store.remove(1)
  expect(client.objects()).toEqual([])
})

test('records are numbered in order, listed newest first by one request, and replaced as a whole', async () => {
  const { client, store } = open()
  await store.create(unnumbered)
  const second = await store.create(unnumbered)
  await store.update({ ...second, state: 'aborted' })
  const before = client.requestCount()
  const { records, setAside } = await store.list()
  expect(client.requestCount() - before).toBe(1)
  expect(setAside).toEqual([])
  expect(records.map(({ number, state }) => [number, state])).toEqual([
    [2, 'aborted'],
    [1, 'succeeded'],
  ])
  expect(await store.read(2)).toEqual({ ...second, state: 'aborted' })
  expect((await client.read(reference('shopctl-release-2'), signal))?.metadata.labels).toMatchObject({
    'app.kubernetes.io/managed-by': 'shopctl',
    'shopctl.dev/record': '2',
    'shopctl.dev/state': 'aborted',
  })
})

test('callers that create at the same time get different numbers', async () => {
  const client = createMemoryKubeClient()
  const created = await Promise.all(Array.from({ length: 12 }, () => open(client).store.create(unnumbered)))
  expect(created.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, index) => index + 1),
  )
})

test('the number of the newest record is not used again, whether shopctl or a hand removed it', async () => {
  const { client, store } = open()
  await store.create(unnumbered)
  await store.create(unnumbered)
  await store.remove(2)
  expect((await store.create(unnumbered)).number).toBe(3)
  await client.delete(reference('shopctl-release-3'), signal)
  expect((await store.create(unnumbered)).number).toBe(4)
})

test.each([
  ['set back', { data: { highest: '1' } }],
  ['made rubbish', { data: { highest: 'many' } }],
  ['emptied', { data: null }],
])('a counter that was %s by hand does not bring a number that is there again', async (_, change) => {
  const { client, store } = open()
  for (let turn = 0; turn < 3; turn += 1) await store.create(unnumbered)
  client.edit(reference('shopctl-releases'), change)
  expect((await store.create(unnumbered)).number).toBe(4)
  expect((await store.list()).records.map(({ number }) => number)).toEqual([4, 3, 2, 1])
})

test('a deleted counter is made again from what is there, also from what was set aside', async () => {
  const { client, store } = open()
  await store.create(unnumbered)
  await store.create(unnumbered)
  client.edit(reference('shopctl-release-2'), { binaryData: { 'record.json.gz': 'cnViYmlzaA==' } })
  await store.list()
  await client.delete(reference('shopctl-releases'), signal)
  expect((await store.create(unnumbered)).number).toBe(3)
})

test('a large record is kept in parts that all fit, and an update leaves no old part behind', async () => {
  const { client, store } = open()
  const record = large(await store.create(unnumbered), 3)
  await store.update(record)
  const parts = configMaps(client).filter((name) => name.includes('-part-'))
  expect(parts).toHaveLength(2)
  for (const object of client.objects('ConfigMap')) expect(JSON.stringify(object).length).toBeLessThan(1_300_000)
  expect(await store.read(1)).toEqual(record)
  const other = large(record, 2)
  await store.update(other)
  expect((await store.list()).records).toEqual([other])
  expect(configMaps(client)).toHaveLength(3)
  await store.remove(1)
  expect(configMaps(client)).toEqual(['shopctl-releases'])
})

test('wherever an update breaks off, the old record or the new one is there', async () => {
  for (let brokenAt = 0; brokenAt < 6; brokenAt += 1) {
    let left = Number.POSITIVE_INFINITY
    const client = createMemoryKubeClient({ trouble: () => (left-- > 0 ? 'none' : 'unreachable') })
    const { store } = open(client)
    const old = large(await store.create(unnumbered), 2)
    await store.update(old)
    const next = large({ ...old, state: 'failed' }, 2)
    left = brokenAt
    await store.update(next).catch(() => undefined)
    left = Number.POSITIVE_INFINITY
    const { records, setAside } = await store.list()
    expect(setAside).toEqual([])
    expect([old, next].some((record) => isDeepStrictEqual(record, records[0]))).toBe(true)
    await store.update(next)
    expect(isDeepStrictEqual(await store.read(1), next)).toBe(true)
    await store.remove(1)
    expect(configMaps(client)).toEqual(['shopctl-releases'])
  }
})

test('a lock that is lost while the server is away ends an update: its word is written by nobody', async () => {
  const lock = new AbortController()
  const client = createMemoryKubeClient()
  const { store } = open(client)
  const record = await store.create(unnumbered)
  const lost: typeof client.read = async (read, ended) => {
    const found = await client.read(read, ended)
    lock.abort(new Error('the lock was lost'))
    return found
  }
  const replace: typeof client.replace = (object, ended) =>
    ended.aborted ? Promise.reject(ended.reason) : client.replace(object, ended)
  const losing = createKubeReleaseStore({ client: { ...client, read: lost, replace }, namespace })
  await expect(losing.update({ ...record, state: 'failed' }, lock.signal)).rejects.toThrow('the lock was lost')
  expect(await store.read(1)).toEqual(record)
})

test('a record that was deleted by hand while its release was at work is written again', async () => {
  const { client, store } = open()
  const record = await store.create(unnumbered)
  await client.delete(reference('shopctl-release-1'), signal)
  await store.update({ ...record, state: 'failed' })
  expect((await store.read(1))?.state).toBe('failed')
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }, signal)
  await store.update({ ...record, state: 'aborted' })
  expect((await store.read(1))?.state).toBe('aborted')
})

test('an update goes on where another hand changes the labels in between', async () => {
  let edits = 2
  const meddle = ({ verb, name }: SeenRequest) => {
    if (verb === 'replace' && name === 'shopctl-release-1' && edits-- > 0) {
      client.edit(reference(name), { metadata: { labels: { mine: String(edits) } } })
    }
    return 'none' as const
  }
  const client: MemoryKubeClient = createMemoryKubeClient({ trouble: meddle })
  const { store } = open(client)
  const record = await store.create(unnumbered)
  await store.update({ ...record, state: 'failed' })
  expect((await store.read(1))?.state).toBe('failed')
})

const torn = [
  ['a part is gone', 'its part shopctl-release-2-part-2-', (client: MemoryKubeClient) => deletePart(client)],
  [
    'the content was changed',
    'its content was changed',
    (client: MemoryKubeClient) => edit(client, { binaryData: { 'record.json.gz': 'cnViYmlzaA==' } }),
  ],
  [
    'the content is gone',
    'its content was changed or cut',
    (client: MemoryKubeClient) => edit(client, { binaryData: null }),
  ],
  [
    'the parts are not named',
    'does not name its parts',
    (client: MemoryKubeClient) => edit(client, { metadata: { annotations: null } }),
  ],
  [
    'the number is another',
    'it is the record of release 2',
    (client: MemoryKubeClient) => edit(client, { metadata: { labels: { 'shopctl.dev/record': '7' } } }),
  ],
] as const

test.each(torn)(
  'a record of which %s is set aside once, said, and nothing of it is deleted',
  async (_, why, damage) => {
    const { client, store } = open()
    await store.create(unnumbered)
    await store.update(large(await store.create(unnumbered), 2))
    await damage(client)
    const before = configMaps(client)
    expect(await store.read(2)).toBeNull()
    const { records, setAside } = await store.list()
    expect(records.map(({ number }) => number)).toEqual([1])
    expect(setAside).toEqual([
      {
        what: expect.stringMatching(/^the record of release [27]$/),
        why: expect.stringContaining(why),
        movedTo: 'ConfigMap shopctl-release-2 in shop, label shopctl.dev/set-aside',
      },
    ])
    expect((await store.list()).setAside).toEqual([])
    expect(configMaps(client)).toEqual(before)
    expect((await store.create(unnumbered)).number).toBe(3)
  },
)

test('whoever may only look is told of a damaged record too', async () => {
  let readOnly = false
  const client = createMemoryKubeClient({
    trouble: ({ verb }) => (readOnly && verb === 'patch' ? 'unreachable' : 'none'),
  })
  const { store } = open(client)
  await store.create(unnumbered)
  client.edit(reference('shopctl-release-1'), { binaryData: null })
  readOnly = true
  expect((await store.list()).setAside[0]?.why).toContain('it could not be labelled')
})

test('a foreign ConfigMap that has the name of the next record is left alone', async () => {
  const { client, store } = open()
  await store.create(unnumbered)
  const foreign: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shopctl-release-2', namespace },
    data: { mine: 'yes' },
  }
  await client.create(foreign, signal)
  expect((await store.create(unnumbered)).number).toBe(3)
  expect((await client.read(reference('shopctl-release-2'), signal))?.data).toEqual({ mine: 'yes' })
})

function edit(client: MemoryKubeClient, change: Parameters<MemoryKubeClient['edit']>[1]): void {
  client.edit(reference('shopctl-release-2'), change)
}

async function deletePart(client: MemoryKubeClient): Promise<void> {
  const part = configMaps(client).find((name) => name.includes('-part-')) ?? ''
  await client.delete(reference(part), signal)
}
