import { expect, test } from 'vitest'
import { medianOf, rankUpperTail } from './rank-test.ts'

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

test('ten that are all above ten others are hardly chance', () => {
  expect(rankUpperTail(upTo(10, 10), upTo(10))).toBeCloseTo(0.0000914, 6)
  expect(rankUpperTail(upTo(10), upTo(10, 10))).toBeGreaterThan(0.999)
})

test('how far out an outlier is does not matter', () => {
  const left = upTo(12)
  expect(rankUpperTail([...left, 1000], left)).toBe(rankUpperTail([...left, 13], left))
})

test('equal values say nothing', () => {
  expect(rankUpperTail([1, 1, 1], [1, 1, 1])).toBe(1)
  expect(rankUpperTail([], [1])).toBe(1)
})

test('a median is in the middle', () => {
  expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5])
})
