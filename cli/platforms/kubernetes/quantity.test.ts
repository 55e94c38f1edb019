import { expect, test } from 'vitest'
import { parseQuantity, sameQuantity } from './quantity.ts'

test.each([
  ['250m', 0.25],
  ['1', 1],
  ['0.5', 0.5],
  ['1Gi', 1024 ** 3],
  ['512Mi', 512 * 1024 ** 2],
  ['1e3', 1000],
  ['2k', 2000],
  ['', null],
  ['server', null],
  ['1Xi', null],
  ['sha256:12', null],
])('%s is %s', (text, amount) => {
  expect(parseQuantity(text)).toBe(amount)
})

test.each([
  ['1000m', '1', true],
  ['1024Mi', '1Gi', true],
  ['500m', '0.5', true],
  ['500m', '501m', false],
  ['orders', 'orders', false],
])('%s and %s are one amount: %s', (left, right, same) => {
  expect(sameQuantity(left, right)).toBe(same)
})
