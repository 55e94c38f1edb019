import { expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { requirePromotionPair } from './promotion-pair.ts'

const { local, dev, staging, prod } = environments

test.each([
  ['SAME_ENVIRONMENT', { from: staging, to: staging, variables: {} }],
  ['PROMOTION_NOT_LOCAL', { from: local, to: prod, variables: {} }],
  ['PROMOTION_NOT_LOCAL', { from: staging, to: local, variables: {} }],
  ['ONE_NAMESPACE', { from: dev, to: staging, variables: { SHOPCTL_NAMESPACE: 'ours' } }],
])('%s is refused', (code, pair) => {
  expect(() => requirePromotionPair(pair)).toThrow(expect.objectContaining({ code, exitCode: 3 }))
  expect(() => requirePromotionPair(pair)).toThrow(ShopctlError)
})

test.each([
  { from: staging, to: prod, variables: {} },
  { from: dev, to: staging, variables: { SHOPCTL_NAMESPACE: '' } },
])('from $from.name to $to.name is none of them', (pair) => {
  expect(() => requirePromotionPair(pair)).not.toThrow()
})
