import { beforeEach, describe, expect, test } from 'vitest'
import { addOnGroups } from '../../../../manifests/add-ons/add-on-request.ts'
import { dataVolume, type PartStorage, storedIn } from '../../../../manifests/add-ons/add-on-storage.ts'
import { ownStorageClass } from '../../../../manifests/add-ons/storage-class.ts'
import { type EnvironmentName, environments } from '../../../../stacks/environments.ts'
import { createMemoryKubeClient, type MemoryKubeClient } from '../testing/memory-kube-client.ts'
import { chooseStorage, storageNotes } from './choose-storage.ts'

const none: PartStorage = { kind: 'none' }
const ofCluster: PartStorage = { kind: 'claim', storageClass: null }
const own: PartStorage = { kind: 'claim', storageClass: ownStorageClass }

describe('where data is kept', () => {
  let client: MemoryKubeClient
  let signal: AbortSignal

  beforeEach(async () => {
    client = createMemoryKubeClient()
    signal = AbortSignal.timeout(10_000)
    for (const name of new Set(Object.values(storedIn)))
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal)
  })

  const choose = (name: EnvironmentName, groups = addOnGroups.slice()) =>
    chooseStorage({ client, environment: environments[name] }, groups, signal)
  const storageClass = (annotations: Readonly<Record<string, string>>) =>
    client.create(
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'gp2', annotations } },
      signal,
    )
  const made = (name: keyof typeof storedIn, storage: PartStorage) =>
    client.create(
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name, namespace: storedIn[name] },
        spec: dataVolume(storage, '1Gi').claims,
      },
      signal,
    )

  test('on EKS it is a claim of our class, whichever classes there are', async () => {
    await storageClass({})
    const all = await choose('prod')
    expect(all).toEqual({ prometheus: own, alertmanager: own, grafana: own, elasticsearch: own })
    expect(storageNotes(all, addOnGroups)).toEqual([])
  })

  test('elsewhere it is a claim where the cluster has a default class, else it ends with the pod and says so', async () => {
    const without = await choose('dev')
    expect(without).toEqual({ prometheus: none, alertmanager: none, grafana: none, elasticsearch: none })
    expect(storageNotes(without, ['monitoring'])).toEqual([
      expect.stringMatching(/no default storage class.*data of prometheus, alertmanager, grafana lives only as long/),
    ])
    expect(storageNotes(without, ['ingress'])).toEqual([])
    await storageClass({ 'storageclass.kubernetes.io/is-default-class': 'true' })
    expect(await choose('dev')).toMatchObject({ prometheus: ofCluster, elasticsearch: ofCluster })
  })

  test('what is there decides: a claim cannot be added, taken away or given another class', async () => {
    await made('prometheus', none)
    await made('elasticsearch', own)
    await storageClass({ 'storageclass.kubernetes.io/is-default-class': 'true' })
    expect(await choose('dev')).toMatchObject({ prometheus: none, alertmanager: ofCluster, elasticsearch: own })
    const other: PartStorage = { kind: 'claim', storageClass: 'of-the-platform-team' }
    await made('grafana', other)
    expect(await choose('prod', ['logging'])).toMatchObject({ grafana: other, elasticsearch: own })
  })

  test('on EKS nothing is changed where it was made without, and only what is asked for is looked at', async () => {
    await made('elasticsearch', none)
    await expect(choose('prod')).rejects.toMatchObject({
      code: 'ADD_ON_KEEPS_NOTHING',
      exitCode: 3,
      fix: ['shopctl observability down --env prod --only logging', 'shopctl observability apply --env prod'],
    })
    expect(await choose('prod', ['monitoring'])).toMatchObject({ prometheus: own })
  })
})
