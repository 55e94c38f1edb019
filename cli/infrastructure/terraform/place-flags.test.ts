import { expect, test } from 'vitest'
import { placeFlags } from './place-flags.ts'

test.each([
  ['shop-prod', '--env staging'],
  ['registry', '--env staging --stack registry'],
  ['state', '--env staging --stack state'],
])('%s is meant again by %s', (stack, flags) => {
  expect(placeFlags({ environment: 'staging', stack })).toBe(flags)
})
