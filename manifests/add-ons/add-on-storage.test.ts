import { expect, test } from 'vitest'
import { storedParts } from './add-on-storage.ts'
import { ownStorageClass } from './storage-class.ts'
import { renderedAddOns } from './testing/rendered-add-ons.ts'

test('on EKS every volume is a claim of a class that encrypts it and outlives the claim, made once', async () => {
  const objects = await renderedAddOns('prod')
  expect(objects.filter(({ kind }) => kind === 'StorageClass')).toMatchObject([
    {
      metadata: { name: ownStorageClass },
      provisioner: 'ebs.csi.aws.com',
      parameters: { type: 'gp3', encrypted: 'true' },
      reclaimPolicy: 'Retain',
      allowVolumeExpansion: true,
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ])
  const sets = objects.filter(({ kind }) => kind === 'StatefulSet')
  expect(sets.map(({ metadata }) => metadata.name).toSorted()).toEqual(storedParts.toSorted())
  for (const set of sets) {
    const claims = [{ spec: { storageClassName: ownStorageClass } }]
    expect(set).toMatchObject({ spec: { volumeClaimTemplates: claims } })
  }
})

test('elsewhere the class is that of the cluster, and none is made', async () => {
  const objects = await renderedAddOns('dev')
  expect(JSON.stringify(objects)).not.toMatch(/StorageClass|storageClassName/)
})

test('the load balancer controller is told its network, which its node tells no pod', async () => {
  const text = JSON.stringify(await renderedAddOns('prod', ['ingress']))
  expect(text).toContain('--aws-vpc-id=vpc-0123456789abcdef0')
  expect(text).not.toContain('StorageClass"')
})
