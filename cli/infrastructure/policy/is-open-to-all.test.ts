import { expect, test } from 'vitest'
import { isOpenToAll, isWithin } from './is-open-to-all.ts'

test.each([
  ['0.0.0.0/0', true],
  ['128.0.0.0/1', true],
  ['10.0.0.0/8', false],
  ['203.0.113.7/32', false],
  ['::/0', true],
  ['2000::/3', true],
  ['fc00::/7', false],
  ['2001:db8::/32', false],
  ['sg-1', false],
])('%s is open to all: %s', (cidr, expected) => {
  expect(isOpenToAll(cidr)).toBe(expected)
})

test.each([
  ['10.0.1.0/24', '10.0.0.0/16', true],
  ['10.0.0.0/16', '10.0.1.0/24', false],
  ['10.1.0.0/24', '10.0.0.0/16', false],
  ['200.0.0.0/8', '0.0.0.0/0', true],
  ['2001:db8::/32', '2001:db8::/32', true],
  ['2001:db8::/48', '2001:db8::/32', false],
])('%s is within %s: %s', (inner, outer, expected) => {
  expect(isWithin(inner, outer)).toBe(expected)
})
