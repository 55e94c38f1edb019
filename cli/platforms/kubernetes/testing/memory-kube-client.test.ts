import { expect, test } from 'vitest'
import { type KubeObject, type WatchEvent, WatchExpired } from '../kube-client.ts'
import { createMemoryKubeClient } from './memory-kube-client.ts'

const signal = new AbortController().signal
const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const configMap = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', labels: { color: 'red' } },
  ...more,
})
const reference = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace: 'shop' })
const list = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' }

const open = async () => {
  const client = createMemoryKubeClient()
  await client.create(namespace, signal)
  return client
}

test('nothing is made in a namespace that is not there, and everything in it goes with it', async () => {
  const client = createMemoryKubeClient()
  await expect(client.create(configMap('a'), signal)).rejects.toMatchObject({ code: 'KUBE_REFUSED' })
  await client.create(namespace, signal)
  await client.create(configMap('a'), signal)
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'shop', namespace: null }, signal)
  expect(await client.read(reference('a'), signal)).toBeNull()
})

test('of two writers of the same version one wins, and creating twice is null', async () => {
  const client = await open()
  const made = await client.create(configMap('a'), signal)
  if (made === null) throw new Error('not made')
  expect(await client.create(configMap('a'), signal)).toBeNull()
  const answers = [await client.replace({ ...made, data: { n: '1' } }, signal), await client.replace(made, signal)]
  expect(answers.map((answer) => answer === null)).toEqual([false, true])
  expect(await client.replace(configMap('gone'), signal)).toBeNull()
})

test('an immutable object keeps its content and may get other labels', async () => {
  const client = await open()
  const made = await client.create(configMap('a', { immutable: true, data: { n: '1' } }), signal)
  if (made === null) throw new Error('not made')
  await expect(client.replace({ ...made, data: { n: '2' } }, signal)).rejects.toMatchObject({ code: 'OBJECT_INVALID' })
  await client.patch(reference('a'), { body: { metadata: { labels: { color: null } } } }, signal)
  expect((await client.read(reference('a'), signal))?.metadata.labels).toEqual({})
})

test('applying again changes nothing, a foreign value is a conflict, and what is no longer applied goes', async () => {
  const client = await open()
  const wanted = configMap('a', { data: { n: '1', gone: 'soon' } })
  const first = await client.apply({ object: wanted, conflicts: 'refuse', mode: 'apply' }, signal)
  const again = await client.apply({ object: wanted, conflicts: 'refuse', mode: 'apply' }, signal)
  expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  client.edit(reference('a'), { data: { n: 'by hand', theirs: 'stays' } })
  const change = configMap('a', { data: { n: '2' } })
  const refused = client.apply({ object: change, conflicts: 'refuse', mode: 'apply' }, signal)
  await expect(refused).rejects.toMatchObject({ code: 'FIELD_CONFLICT' })
  const dry = await client.apply({ object: change, conflicts: 'take', mode: 'dry-run' }, signal)
  expect(dry.metadata.resourceVersion).toBeUndefined()
  const taken = await client.apply({ object: change, conflicts: 'take', mode: 'apply' }, signal)
  expect(taken.data).toEqual({ n: '2', theirs: 'stays' })
  expect(taken.metadata.generation).toBeGreaterThan(first.metadata.generation ?? 0)
})

test('a watch tells what comes into its selection, changes in it and leaves it, and 410 where that is forgotten', async () => {
  const client = await open()
  const { resourceVersion } = await client.list(list, signal)
  const seen: string[] = []
  const ended = new AbortController()
  const watching = (async () => {
    const request = { ...list, labelSelector: 'color=red', resourceVersion }
    for await (const event of client.watch(request, ended.signal)) seen.push(nameOf(event))
  })()
  await client.create(configMap('a'), signal)
  client.edit(reference('a'), { data: { n: '1' } })
  client.edit(reference('a'), { metadata: { labels: { color: 'blue' } } })
  await client.delete(reference('a'), signal)
  await expect.poll(() => seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
  client.endWatches()
  await watching
  client.compact()
  const late = client
    .watch({ ...list, resourceVersion }, signal)
    [Symbol.asyncIterator]()
    .next()
  await expect(late).rejects.toBeInstanceOf(WatchExpired)
})

test.each([
  ['color=red,!shape', ['a']],
  ['color in (red, blue)', ['a', 'b']],
  ['color!=red', ['b']],
  ['shape', ['b']],
])('the selector %s finds %j', async (labelSelector, names) => {
  const client = await open()
  await client.create(configMap('a'), signal)
  const metadata = { name: 'b', namespace: 'shop', labels: { color: 'blue', shape: 'round' } }
  await client.create({ ...configMap('b'), metadata }, signal)
  const { items } = await client.list({ ...list, labelSelector }, signal)
  expect(items.map((item) => item.metadata.name)).toEqual(names)
})

const nameOf = (event: WatchEvent): string =>
  event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`
