import { expect, test } from 'vitest'
import type { KubeObject } from './kube-client.ts'
import { fetchRunningState } from './running-state.ts'
import { captured } from './testing/captured-objects.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'

const namespace = 'health-fixtures'
const signal = AbortSignal.timeout(10_000)

const evicted = (pod: KubeObject): KubeObject => ({
  ...pod,
  metadata: { ...pod.metadata, name: 'evicted', uid: 'evicted' },
  status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
})

const statesOf = async (...pods: readonly KubeObject[]) => {
  const client = createMemoryKubeClient()
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  for (const object of [...captured('healthy', 'Deployment'), ...pods]) await client.create(object, signal)
  const asked = { client, namespace, services: ['healthy'], servingOf: async () => 1, entry: null, signal }
  const { instances } = await fetchRunningState(asked)
  return instances.map(({ name, state }) => `${name === '-' ? 'one' : name === 'evicted' ? name : 'pod'} ${state}`)
}

test('a pod that was evicted is told until another one is in its place', async () => {
  const [pod] = captured('healthy', 'Pod')
  if (pod === undefined) throw new Error('no pod was captured')
  expect(await statesOf(evicted(pod))).toEqual(['evicted down', 'one down'])
  expect(await statesOf(pod, evicted(pod))).toEqual(['pod ready'])
})
