import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ReleaseObservation } from '../../health/observation.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { observeRollout } from './observe-rollout.ts'
import { captured } from './testing/captured-objects.ts'
import { createMemoryKubeClient, type MemoryKubeClient } from './testing/memory-kube-client.ts'

const namespace = 'health-fixtures'
const limit = AbortSignal.timeout(20_000)
const image = 'registry.example:5000/node:24'
const wanted = (service: string, itsImage = image) => [{ service, name: service, template: 'wanted', image: itsImage }]

const holding = async (...objects: readonly KubeObject[]): Promise<MemoryKubeClient> => {
  const client = createMemoryKubeClient()
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, limit)
  for (const object of objects) await client.create(object, limit)
  return client
}

type Watched = Parameters<typeof observeRollout>[0]['client']

/** The first observation that holds; whatever is asked meanwhile is answered by the client. */
const firstWhere = async (
  client: Watched,
  service: string,
  holds: (observation: ReleaseObservation) => boolean,
): Promise<ReleaseObservation> => {
  const stop = new AbortController()
  const signal = AbortSignal.any([limit, stop.signal])
  const request = { client, namespace, wanted: wanted(service), restartsBefore: new Map<string, number>(), signal }
  for await (const observation of observeRollout(request)) {
    if (!holds(observation)) continue
    stop.abort()
    return observation
  }
  throw new Error('no such observation')
}

test('what is there is told with the first observation', async () => {
  const client = await holding(...captured('healthy', 'Deployment'), ...captured('healthy', 'Pod'))
  const { services, inTouch } = await firstWhere(client, 'healthy', () => true)
  expect(inTouch).toBe(true)
  expect(services[0]?.instances.map(({ ready }) => ready)).toEqual([true])
})

test('settings that a pod wants and that do not exist are found out by asking for them', async () => {
  const objects = [...captured('config-map-missing', 'Deployment'), ...captured('config-map-missing', 'Pod')]
  const client = await holding(...objects)
  const { services } = await firstWhere(
    client,
    'config-map-missing',
    ({ services: [service] }) => service?.instances[0]?.reason === 'MissingSettings',
  )
  expect(services[0]?.instances[0]?.message).toBe('ConfigMap no-such-settings does not exist')
})

test('settings that do exist leave the platform its own word', async () => {
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'no-such-settings', namespace } }
  const objects = [...captured('config-map-missing', 'Deployment'), ...captured('config-map-missing', 'Pod'), settings]
  const client = await holding(...objects)
  await firstWhere(client, 'config-map-missing', () =>
    client.requests.some(({ verb, kind }) => verb === 'read' && kind === 'ConfigMap'),
  )
  const { services } = await firstWhere(client, 'config-map-missing', () => true)
  expect(services[0]?.instances[0]?.reason).toBe('CreateContainerConfigError')
})

test('without an API server the observations go on, and say that they are none', async () => {
  const away: KubeClient['list'] = () => Promise.reject(new TypeError('connect ECONNREFUSED'))
  const client = { ...(await holding()), list: away }
  const observation = await firstWhere(
    client,
    'healthy',
    ({ lostTouch }) => lostTouch === 'the API server has not answered yet',
  )
  expect(observation.inTouch).toBe(false)
})

test('a watch that is lost and found again misses nothing', async () => {
  const client = await holding(...captured('healthy', 'Deployment'), ...captured('healthy', 'Pod'))
  const [pod] = captured('healthy', 'Pod')
  if (pod === undefined) throw new Error('no pod was captured')
  let cut = false
  const observation = await firstWhere(client, 'healthy', ({ services: [service] }) => {
    if (!cut) {
      cut = true
      client.compact()
      client.endWatches()
      const reference = { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, namespace }
      void client.delete(reference, limit)
    }
    return service?.instances.length === 0
  })
  expect(observation.inTouch).toBe(true)
})

test('quiet times are observed once a second at least, and cost no request', async () => {
  const client = await holding(...captured('healthy', 'Deployment'), ...captured('healthy', 'Pod'))
  let seen = 0
  const moments: number[] = []
  await firstWhere(client, 'healthy', ({ at }) => {
    moments.push(at)
    seen += 1
    return seen === 8
  })
  const longest = Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? at)))
  expect(longest).toBeLessThan(1000)
  expect(client.requests.filter(({ verb }) => verb === 'list')).toHaveLength(2)
})

test('a Deployment that somebody changed is told at once, although nobody answers who it was', async () => {
  const client = await holding(...captured('healthy', 'Deployment'), ...captured('healthy', 'Pod'))
  const [live] = captured('healthy', 'Deployment')
  if (live === undefined) throw new Error('no Deployment was captured')
  const reference = { apiVersion: live.apiVersion, kind: live.kind, name: live.metadata.name, namespace }
  const asked: string[] = []
  const silent: KubeClient['read'] = ({ kind }) => {
    asked.push(kind)
    return new Promise(() => undefined)
  }
  let isChanged = false
  const observation = await firstWhere({ ...client, read: silent }, 'healthy', ({ services: [service] }) => {
    if (!isChanged) {
      isChanged = true
      client.edit(reference, { spec: { replicas: 0 } })
    }
    return service?.desired === 0
  })
  expect(observation.services[0]?.condition?.message).toBe('another hand scaled Deployment healthy to 0')
  expect(asked).toEqual(['Deployment'])
})

test('who changed a Deployment is in the first observation that tells the change, also where the answer takes a while', async () => {
  const client = await holding(...captured('healthy', 'Deployment'), ...captured('healthy', 'Pod'))
  const [live] = captured('healthy', 'Deployment')
  if (live === undefined) throw new Error('no Deployment was captured')
  const reference = { apiVersion: live.apiVersion, kind: live.kind, name: live.metadata.name, namespace }
  const owner = { manager: 'kubectl-scale', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }
  const slow: KubeClient['read'] = async (asked, signal) => {
    const read = await client.read(asked, signal)
    await pause(100)
    return read === null ? null : { ...read, metadata: { ...read.metadata, managedFields: [owner] } }
  }
  let isChanged = false
  const observation = await firstWhere({ ...client, read: slow }, 'healthy', ({ services: [service] }) => {
    if (!isChanged) {
      isChanged = true
      client.edit(reference, { spec: { replicas: 0 } })
    }
    return service?.desired === 0
  })
  expect(observation.services[0]?.condition?.message).toBe('kubectl-scale scaled Deployment healthy to 0')
})
