import { expect, test } from 'vitest'
import { rankingQuality } from './ranking-quality.ts'

const grades = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 1],
])

test.each([
  [['a', 'b', 'c'], 1],
  [['a', 'b', 'c', 'x', 'y'], 1],
  [[], 0],
  [['x', 'y'], 0],
  [['c', 'b', 'a'], (1 + 3 / Math.log2(3) + 3.5) / (7 + 3 / Math.log2(3) + 0.5)],
  [[...Array.from({ length: 10 }, (_, index) => `x${index}`), 'a'], 0],
])('the answers %j are worth %d of the best', (answers, quality) => {
  expect(rankingQuality(answers, grades)).toBeCloseTo(quality, 10)
})
