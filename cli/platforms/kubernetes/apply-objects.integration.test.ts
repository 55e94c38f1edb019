import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyObjects } from './apply-objects.ts'
import { diffObjects } from './diff-objects.ts'
import { fetchDrift } from './drift.ts'
import { valueAt } from './field-path.ts'
import { planPrune, pruneObjects } from './inventory.ts'
import type { KubeObject } from './kube-client.ts'
import { fetchLive } from './live-objects.ts'
import { referenceOf } from './object-reference.ts'
import { clusterMissing, openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'
import { thrownBy } from './testing/thrown-by.ts'

const labels = { 'app.kubernetes.io/managed-by': 'shopctl', 'app.kubernetes.io/part-of': 'ecommerce' }

describe.skipIf(clusterMissing !== null)('applying on a cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await openTestCluster('apply')
  })
  afterAll(() => cluster?.close())

  const object = (
    apiVersion: string,
    kind: string,
    name: string,
    rest: Readonly<Record<string, unknown>>,
  ): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: cluster.namespace, labels },
    ...rest,
  })

  /** No pod of it ever runs: nothing here is about pods. */
  const deployment = (name: string, spec: Readonly<Record<string, unknown>> = {}, image = 'localhost:1/none:1') =>
    object('apps/v1', 'Deployment', name, {
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            nodeSelector: { none: 'such' },
            containers: [{ name: 'server', image, env: [{ name: 'A', value: '1' }] }],
          },
        },
        ...spec,
      },
    })

  const settings = (name: string) => object('v1', 'ConfigMap', name, { immutable: true, data: { A: '1' } })

  const context = (conflicts: 'refuse' | 'take' = 'refuse') => ({
    client: cluster.client,
    environment: 'staging',
    conflicts,
    signal: cluster.signal,
  })
  const apply = (objects: readonly KubeObject[], conflicts: 'refuse' | 'take' = 'refuse') =>
    applyObjects(objects, context(conflicts))
  const read = (wanted: KubeObject) => cluster.client.read(referenceOf(wanted), cluster.signal)
  const patch = (wanted: KubeObject, body: unknown, fieldManager = 'kubectl-edit') =>
    cluster.client.patch(referenceOf(wanted), { body, fieldManager }, cluster.signal)

  test('the second time nothing is written: neither version nor generation moves', async () => {
    const objects = [deployment('same', { replicas: 2 }), settings('same-1')]
    const first = await apply(objects)
    expect(first.map(({ change }) => change)).toEqual(['created', 'created'])
    const [before] = await Promise.all([read(objects[0] ?? settings(''))])
    const second = await apply(objects)
    const changes = second.filter(({ reference }) => reference.kind === 'ConfigMap').map(({ change }) => change)
    expect(changes).toEqual(['unchanged'])
    expect((await read(objects[0] ?? settings('')))?.metadata.generation).toBe(before?.metadata.generation)
  })

  test('a conflict is refused with every field and its owner, and nothing is changed; forced, it is taken over', async () => {
    const [one, other] = [deployment('one', { replicas: 2 }), deployment('other', { replicas: 2 })]
    await apply([one, other])
    await patch(one, { spec: { replicas: 3 } }, 'ops')
    await patch(
      other,
      { spec: { template: { spec: { containers: [{ name: 'server', image: 'foreign:1' }] } } } },
      'argocd',
    )
    const wanted = [
      settings('new-1'),
      deployment('one', { replicas: 4 }),
      deployment('other', { replicas: 2 }, 'wanted:2'),
    ]
    const failure = await thrownBy(apply(wanted))
    expect(failure).toMatchObject({ code: 'FIELD_CONFLICT', outcome: 'refused' })
    const why = failure.why.toSorted()
    expect(why).toHaveLength(2)
    expect(why[0]).toMatch(/Deployment one: \.spec\.replicas .*ops/)
    expect(why[1]).toMatch(/Deployment other: .*image.*argocd/)
    expect(await read(settings('new-1'))).toBeNull()
    await apply(wanted, 'take')
    expect(valueAt(await read(one), ['spec', 'replicas'])).toBe(4)
  })

  test('an object that somebody else made is refused by the name of who made it; forced, it is adopted', async () => {
    const service = object('v1', 'Service', 'foreign', { spec: { ports: [{ port: 80 }] } })
    await cluster.client.create(service, cluster.signal)
    // As an object that was made before the server noted who sets what.
    await patch(service, { metadata: { managedFields: [{}] } })
    const failure = await thrownBy(apply([service]))
    expect(failure).toMatchObject({ code: 'OBJECT_FOREIGN', outcome: 'refused' })
    expect(failure.why.join()).toBe('Service foreign was made by somebody who left no name')
    await apply([service], 'take')
    expect((await apply([service])).map(({ change }) => change)).toEqual(['unchanged'])
  })

  test('labels by which pods are found are refused to change before anything is', async () => {
    await apply([deployment('fixed')])
    const moved = deployment('fixed', {
      selector: { matchLabels: { app: 'moved' } },
      template: { metadata: { labels: { app: 'moved' } }, spec: { containers: [{ name: 'server', image: 'a' }] } },
    })
    const failure = await thrownBy(apply([settings('never-1'), moved], 'take'))
    expect(failure.code).toBe('SELECTOR_CHANGED')
    expect(await read(settings('never-1'))).toBeNull()
  })

  test('the number of pods belongs to the autoscaler, and never falls back to one', async () => {
    const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'scaled', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
        minReplicas: 3,
        maxReplicas: 6,
      },
    })
    const replicas = async () => valueAt(await read(deployment('scaled')), ['spec', 'replicas'])
    await apply([deployment('scaled'), autoscaler])
    expect(await replicas()).toBe(3)
    await apply([deployment('scaled', {}, 'b:1'), autoscaler])
    expect(await replicas()).toBe(3)
    await cluster.client.patch(
      referenceOf(deployment('scaled')),
      { body: { spec: { replicas: 5 } }, subresource: 'scale', fieldManager: 'kube-controller-manager' },
      cluster.signal,
    )
    await apply([deployment('scaled', {}, 'c:1'), autoscaler])
    expect(await replicas()).toBe(5)
  })

  test('a number that the release said before is kept when an autoscaler takes over', async () => {
    await apply([deployment('handed', { replicas: 4 })])
    await apply([deployment('handed')])
    expect(valueAt(await read(deployment('handed')), ['spec', 'replicas'])).toBe(4)
  })

  test('live against wanted is told field by field, and asking changes nothing', async () => {
    await apply([deployment('told', { replicas: 2 })])
    const before = await read(deployment('told'))
    const told = await diffObjects([deployment('told', { replicas: 3 }, 'b:1'), settings('told-1')], context())
    expect(told.map(({ object: name, path, from, to }) => `${name} ${path} ${from} ${to}`)).toEqual([
      'ConfigMap told-1  null new',
      'Deployment told .spec.replicas 2 3',
      'Deployment told .spec.template.spec.containers[server].image localhost:1/none:1 b:1',
    ])
    expect((await read(deployment('told')))?.metadata.generation).toBe(before?.metadata.generation)
    expect(await read(settings('told-1'))).toBeNull()
    expect(await diffObjects([deployment('told', { replicas: 2 })], context())).toEqual([])
  })

  test('drift names who changed what, and is nothing right after applying', async () => {
    const recorded = [deployment('drifts', { replicas: 2 }), settings('drifts-1')]
    await apply(recorded)
    const drift = () => fetchDrift(recorded, cluster)
    expect(await drift()).toEqual([])
    await patch(recorded[0] ?? settings(''), {
      spec: { template: { spec: { containers: [{ name: 'server', env: [{ name: 'DEBUG', value: '1' }] }] } } },
    })
    await patch(recorded[0] ?? settings(''), { spec: { replicas: 1 } }, 'ops')
    const told = (await drift()).map(({ path, from, to, by }) => `${path} ${from} ${to} ${by?.split(' at ')[0]}`)
    expect(told).toContain('.spec.replicas 2 1 ops')
    expect(told.find((line) => line.includes('env[DEBUG]'))).toMatch(/null .* kubectl-edit$/)
    await cluster.client.delete(referenceOf(settings('drifts-1')), cluster.signal)
    expect((await drift()).filter(({ path }) => path === '')).toMatchObject([{ object: 'ConfigMap drifts-1' }])
  })

  test('pruning takes what no release wants, and leaves what others made and what is only written', async () => {
    const [old, kept, record] = [settings('prune-0'), settings('prune-1'), settings('prune-record')]
    await apply([old, kept])
    await cluster.client.create(record, cluster.signal)
    const kinds = [{ apiVersion: 'v1', kind: 'ConfigMap' }]
    const live = async () =>
      (await fetchLive(cluster.client, { namespace: cluster.namespace, kinds }, cluster.signal)).filter(
        ({ metadata }) => metadata.name.startsWith('prune-'),
      )
    const goes = planPrune({ live: await live(), wanted: [], kept: [kept] })
    expect(goes.map(({ metadata }) => metadata.name)).toEqual(['prune-0'])
    await pruneObjects(goes, cluster)
    expect((await live()).map(({ metadata }) => metadata.name).toSorted()).toEqual(['prune-1', 'prune-record'])
  })
})
