import { beforeEach, describe, expect, test } from 'vitest'
import { type AddOnGroup, addOnGroups } from '../../../../manifests/add-ons/add-on-request.ts'
import { renderedAddOns } from '../../../../manifests/add-ons/testing/rendered-add-ons.ts'
import { createMemoryKubeClient, type MemoryKubeClient } from '../testing/memory-kube-client.ts'
import { takeAddOnsDown } from './take-add-ons-down.ts'

const applied = { managedFields: [{ manager: 'shopctl', operation: 'Apply', fieldsV1: {} }] }
const namespaced: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

const labelsOf = (group: AddOnGroup, name: string) => ({
  'app.kubernetes.io/component': 'add-on',
  'app.kubernetes.io/managed-by': 'shopctl',
  'shopctl.dev/add-on': group,
  'shopctl.dev/service': name,
})

describe('taken down', () => {
  let client: MemoryKubeClient
  let signal: AbortSignal

  /** An object as `apply` has left it there. */
  const put = async (object: Parameters<MemoryKubeClient['create']>[0]): Promise<void> => {
    await client.create({ ...object, metadata: { ...object.metadata, ...applied } }, signal)
  }
  const secretOf = (group: 'monitoring' | 'logging') => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `${group}-secrets-1`,
      namespace: group,
      labels: { ...labelsOf(group, group), 'shopctl.dev/secret': 'settings' },
    },
  })
  const left = (): readonly string[] =>
    client
      .objects()
      .filter(({ kind }) => namespaced.has(kind) || kind === 'Secret' || kind === 'PersistentVolumeClaim')
      .map(({ metadata }) => metadata.name)
      .toSorted()
  const down = (groups: readonly AddOnGroup[], data: 'keep' | 'delete') =>
    takeAddOnsDown(groups, data, { client, environment: 'dev', signal })

  beforeEach(async () => {
    client = createMemoryKubeClient()
    signal = AbortSignal.timeout(10_000)
    for (const name of ['monitoring', 'logging', 'kube-system']) {
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal)
    }
    const rendered = await renderedAddOns('dev', addOnGroups)
    for (const object of rendered.filter(({ kind }) => namespaced.has(kind))) await put({ ...object })
    await put(secretOf('monitoring'))
    await put(secretOf('logging'))
    const labels = labelsOf('logging', 'elasticsearch')
    const metadata = { name: 'data-elasticsearch-0', namespace: 'logging', labels }
    await client.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata }, signal)
  })

  test('with its volumes kept, the Secrets stay that their content was encrypted with', async () => {
    await down(['logging'], 'keep')
    expect(left()).toEqual(expect.arrayContaining(['data-elasticsearch-0', 'logging-secrets-1', 'prometheus']))
    expect(left()).not.toContain('elasticsearch')
  })

  test('with its data deleted, they go too', async () => {
    await down(['monitoring', 'logging'], 'delete')
    expect(left()).toEqual(['metrics-server'])
  })

  test('what the services scale by stays, with its pods, until ingress is named', async () => {
    const labels = labelsOf('monitoring', 'metrics-server')
    const pod = { name: 'metrics-server-1', namespace: 'monitoring', labels }
    await client.create({ apiVersion: 'v1', kind: 'Pod', metadata: pod }, signal)
    const gone = await down(['monitoring', 'logging'], 'keep')
    expect(left()).toContain('metrics-server')
    expect(gone.filter((name) => name.includes('metrics-server'))).toEqual([])

    await client.delete({ apiVersion: 'v1', kind: 'Pod', name: pod.name, namespace: pod.namespace }, signal)
    await down(['ingress'], 'keep')
    expect(left()).not.toContain('metrics-server')
  })

  test('the ingress alone leaves the monitoring', async () => {
    await down(['ingress'], 'keep')
    expect(left()).toEqual(expect.arrayContaining(['prometheus', 'monitoring-secrets-1']))
  })
})
