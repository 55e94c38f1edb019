import { expect, test } from 'vitest'
import type { KubernetesFacts } from '../../../stacks/environments.ts'
import { publicEntryLacks } from './public-entry.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'

const namespace = 'shop-prod'
const entry: KubernetesFacts['entry'] = { kind: 'ingress', host: 'shop.example', className: 'alb', certificateArn: '' }
const reference = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop', namespace }

test('the public has no way in until the Ingress has an address, however ready the pods are', async () => {
  const signal = AbortSignal.timeout(10_000)
  const client = createMemoryKubeClient()
  const lacks = () => publicEntryLacks({ client, namespace, entry, signal })
  expect(await lacks()).toBe('the Ingress for shop.example has no address')

  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  const { name, ...kind } = reference
  const labels = { 'app.kubernetes.io/managed-by': 'shopctl' }
  await client.create({ ...kind, metadata: { name, namespace, labels }, status: { loadBalancer: {} } }, signal)
  expect(await lacks()).toBe('the Ingress for shop.example has no address')

  client.edit(reference, { status: { loadBalancer: { ingress: [{ hostname: 'k8s-shop.elb.example' }] } } })
  expect(await lacks()).toBeNull()
})

test('the shop’s own edge needs nobody else to make it', async () => {
  const client = createMemoryKubeClient()
  const signal = AbortSignal.timeout(10_000)
  expect(await publicEntryLacks({ client, namespace, entry: { kind: 'edge' }, signal })).toBeNull()
  expect(client.requests).toEqual([])
})
