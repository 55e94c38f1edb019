import { expect, test } from 'vitest'
import { planPrune } from '../inventory.ts'
import type { KubeObject } from '../kube-client.ts'
import { addOnsToPrune } from './add-on-objects.ts'

const applied = { managedFields: [{ manager: 'shopctl', operation: 'Apply', fieldsV1: {} }] }
const labels = { 'app.kubernetes.io/managed-by': 'shopctl', 'shopctl.dev/add-on': 'monitoring' }
const object = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: kind === 'StatefulSet' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, namespace: 'monitoring', labels, ...applied },
  ...more,
})

test('what is no longer rendered goes, and what a wanted pod names stays', () => {
  const volume = { name: 'config', projected: { sources: [{ configMap: { name: 'files-b' } }] } }
  const wanted = [object('StatefulSet', 'prometheus', { spec: { template: { spec: { volumes: [volume] } } } })]
  const live = [
    object('StatefulSet', 'prometheus'),
    object('StatefulSet', 'thanos'),
    object('ConfigMap', 'files-a'),
    object('ConfigMap', 'files-b'),
  ]
  expect(addOnsToPrune(live, wanted).map(({ metadata }) => metadata.name)).toEqual(['thanos', 'files-a'])
})

test('the prune of a release passes them over, even in its own namespace', () => {
  const live = [object('Service', 'prometheus'), object('ConfigMap', 'files-a')]
  expect(planPrune({ live, wanted: [], kept: [] })).toEqual([])
  const withoutLabel = live.map((one) => ({
    ...one,
    metadata: { ...one.metadata, labels: { 'app.kubernetes.io/managed-by': 'shopctl' } },
  }))
  expect(planPrune({ live: withoutLabel, wanted: [], kept: [] })).toHaveLength(2)
})
