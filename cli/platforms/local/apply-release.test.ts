import { expect, test } from 'vitest'
import { servesRelease } from './apply-release.ts'

test.each([
  ['orders-7-d6ac4a', true],
  ['orders-migrate', false],
  ['catalog-seed', false],
  ['edge-ed32e4', false],
  ['redis-b7df71', false],
])('the process %s may have users on it: %s', (id, answer) => {
  expect(servesRelease(id)).toBe(answer)
})
