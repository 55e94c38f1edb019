import { expect, test } from 'vitest'
import { inApplyOrder } from './apply-order.ts'
import { sample } from './testing/sample-objects.ts'

test('what something needs is there before it, and a kind that nobody knows before any pod', () => {
  const kinds = ['Ingress', 'Deployment', 'Service', 'Unknown', 'Secret', 'ServiceAccount', 'Namespace']
  const order = inApplyOrder(kinds.map((kind) => ({ object: sample(kind) })))
  expect(order.map((rank) => rank.map(({ object }) => object.kind))).toEqual([
    ['Namespace'],
    ['ServiceAccount'],
    ['Unknown', 'Secret'],
    ['Service'],
    ['Deployment'],
    ['Ingress'],
  ])
})
