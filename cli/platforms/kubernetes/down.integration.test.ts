import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shopLabels } from '../../../manifests/labels.ts'
import { applyObjects } from './apply-objects.ts'
import { downEnvironment } from './down.ts'
import type { KubeObject } from './kube-client.ts'
import { ensureNamespace } from './namespace.ts'
import { clusterMissing, nodeContainer, openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'
import { untilListed } from './until-listed.ts'

describe.skipIf(clusterMissing !== null)('down on a cluster', () => {
  let cluster: TestCluster
  let namespace = ''
  beforeAll(async () => {
    cluster = await openTestCluster('down')
    namespace = `${cluster.namespace}-ours`
    await ensureNamespace(cluster.client, namespace, cluster.signal)
    // The base image's own user is no number, which the namespace's rules want.
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' }
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }
    await cluster.client.patch(reference, { body: { metadata: { labels } } }, cluster.signal)
  })
  afterAll(async () => {
    await cluster?.client.delete(
      { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null },
      cluster.signal,
    )
    await cluster?.close()
  })

  const object = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { ...shopLabels, 'app.kubernetes.io/component': componentOf(name) } },
    ...rest,
  })
  const componentOf = (name: string) => (name === 'postgres' ? 'database' : 'server')
  const deployment = (name: string): KubeObject => {
    const labels = { ...shopLabels, app: name, 'app.kubernetes.io/component': componentOf(name) }
    const containers = [nodeContainer(cluster.image, 'setInterval(() => {}, 1000)')]
    return object('apps/v1', 'Deployment', name, {
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 1 } },
      },
    })
  }
  const set = () => [
    deployment('orders'),
    deployment('postgres'),
    object('v1', 'Service', 'orders', { spec: { ports: [{ port: 80 }] } }),
    object('v1', 'ConfigMap', 'orders-settings-1', { immutable: true, data: { A: '1' } }),
    object('v1', 'Secret', 'postgres', { immutable: true, stringData: { A: '1' } }),
  ]
  const apply = () =>
    applyObjects(set(), { client: cluster.client, environment: 'dev', conflicts: 'refuse', signal: cluster.signal })
  const names = async (kind: string, apiVersion = 'v1') => {
    const { items } = await cluster.client.list({ apiVersion, kind, namespace }, cluster.signal)
    return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt')
  }
  const down = (data: 'keep' | 'delete', warn: (message: string) => void = () => undefined) =>
    downEnvironment({ client: cluster.client, environment: 'dev', namespace, data, signal: cluster.signal, warn })

  test('with its data kept nothing runs any more, and settings and secrets are there', async () => {
    await apply()
    await untilListed({
      client: cluster.client,
      request: { apiVersion: 'v1', kind: 'Pod', namespace },
      judge: (pods) => (pods.length === 2 ? 'there' : null),
      deadlineSeconds: 20,
      doing: 'waiting',
      signal: cluster.signal,
    })
    await down('keep')
    expect(await names('Pod')).toEqual([])
    expect(await names('Deployment', 'apps/v1')).toEqual([])
    expect(await names('Service')).toEqual([])
    expect(await names('ConfigMap')).toEqual(['orders-settings-1'])
    expect(await names('Secret')).toEqual(['postgres'])
  }, 60_000)

  test('what somebody else put there stays, and the namespace with it, and that is told', async () => {
    const foreign = { apiVersion: 'v1', kind: 'ConfigMap', name: 'foreign', namespace }
    await cluster.client.create(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', namespace } },
      cluster.signal,
    )
    // As an object that was made before the server noted who sets what.
    await cluster.client.patch(foreign, { body: { metadata: { managedFields: [{}] } } }, cluster.signal)
    const told: string[] = []
    await down('delete', (message) => told.push(message))
    expect(told).toEqual([`Namespace ${namespace} stays: ConfigMap foreign is not shopctl's.`])
    expect(await names('ConfigMap')).toEqual(['foreign'])
    await cluster.client.delete(foreign, cluster.signal)
  }, 60_000)

  test('with its data deleted the namespace that shopctl made goes too', async () => {
    await apply()
    await down('delete')
    const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }
    const found = await cluster.client.read(reference, cluster.signal)
    expect(found === null || found.metadata.deletionTimestamp !== undefined).toBe(true)
  }, 60_000)
})
