import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { imageWay, registryFinding } from './image-destination.ts'

const ecr = { kind: 'ecr', account: '123456789012', region: 'eu-west-1' } as const

test('a registry that is named wins everywhere', () => {
  const named = { way: 'registry', registry: 'localhost:5000' }
  expect(imageWay({ kind: 'oci' }, 'localhost:5000')).toEqual(named)
  expect(imageWay(ecr, 'localhost:5000')).toEqual(named)
})

test('an environment with a registry of its own never goes into nodes', () => {
  expect(imageWay(ecr, undefined)).toEqual({
    way: 'registry',
    registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  })
})

test.each([undefined, ''])('without any registry images go into the nodes (SHOPCTL_REGISTRY=%s)', (named) => {
  expect(imageWay({ kind: 'oci' }, named)).toEqual({ way: 'kind-nodes' })
})

test('a refusal is what doctor finds missing, with the first thing to type', async () => {
  const refused = new ShopctlError({
    code: 'REGISTRY_NOT_NAMED',
    outcome: 'refused',
    what: 'None.',
    why: ['a'],
    fix: ['b'],
  })
  const finding = await registryFinding(() => Promise.reject(refused))
  expect(finding).toEqual({ name: 'registry', state: 'missing', found: 'None. a', fix: 'b' })
})
