import { expect, test } from 'vitest'
import { adaptToLive } from './adapt-to-live.ts'
import { valueAt } from './field-path.ts'
import { applied, sample } from './testing/sample-objects.ts'

const deployment = sample('Deployment', { spec: { paused: false } })
const autoscaler = sample('HorizontalPodAutoscaler', { spec: { scaleTargetRef: { name: 'orders' }, minReplicas: 3 } })
const set = [deployment, autoscaler]
const replicasOf = (...args: Parameters<typeof adaptToLive>) => valueAt(adaptToLive(...args), ['spec', 'replicas'])

const live = (replicas: number, owner: object) =>
  sample('Deployment', {
    spec: { replicas },
    managedFields: [{ ...applied, fieldsV1: { 'f:spec': { 'f:replicas': {} } }, ...owner }],
  })

test('a Deployment with an autoscaler is created with the least that the autoscaler wants', () => {
  expect(replicasOf(deployment, { live: null, set })).toBe(3)
})

test('the number is said for as long as it is ours, whatever it is, so that it does not go back to one', () => {
  expect(replicasOf(deployment, { live: live(5, {}), set })).toBe(5)
})

test('the number of an autoscaler or of a person is left to them', () => {
  const scaled = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' }
  expect(replicasOf(deployment, { live: live(5, scaled), set })).toBeUndefined()
  expect(replicasOf(deployment, { live: live(5, { manager: 'kubectl', operation: 'Update' }), set })).toBeUndefined()
})

test('a number that the release says is not touched', () => {
  const fixed = sample('Deployment', { spec: { replicas: 2 } })
  expect(replicasOf(fixed, { live: live(5, {}), set })).toBe(2)
})

test('only a namespace that shopctl makes is marked as its own', () => {
  const namespace = sample('Namespace', { name: 'shop' })
  const marked = adaptToLive(namespace, { live: null, set: [] })
  expect(marked.metadata.annotations).toEqual({ 'shopctl.dev/made-by': 'shopctl' })
  expect(adaptToLive(namespace, { live: namespace, set: [] }).metadata.annotations).toBeUndefined()
  expect(adaptToLive(namespace, { live: marked, set: [] })).toEqual(marked)
})
