import { expect, test } from 'vitest'
import type { ReleaseRecord } from './release.ts'
import { recordsToForget } from './retention.ts'
import { aRelease } from './testing/a-release.ts'

/** Releases 1 to n, newest first. */
const releases = (count: number, more: (number: number) => Omit<Partial<ReleaseRecord>, 'services'> = () => ({})) =>
  Array.from({ length: count }, (_, index) => aRelease({ ...more(count - index), number: count - index }))

test('the newest fifty and what they came from stay', () => {
  expect(recordsToForget(releases(50))).toEqual([])
  expect(recordsToForget(releases(53))).toEqual([2, 1])
})

test('releases that can be gone back to stay, however many failed since', () => {
  const records = releases(100, (number) => (number > 10 ? { state: 'rolled-back', previous: 10 } : {}))
  expect(recordsToForget(records)).toEqual(Array.from({ length: 40 }, (_, index) => 50 - index))
})

test('what a rollback restored stays with it', () => {
  const records = releases(100, (number) => (number === 99 ? { kind: 'rollback', restores: 3 } : {}))
  expect(recordsToForget(records)).not.toContain(3)
})
