import { expect, test } from 'vitest'
import { mannWhitneyP, median, medianNoise } from './mann-whitney.ts'

const numbers = (count: number, shift = 0) => Array.from({ length: count }, (_, index) => ((index * 37) % 101) + shift)

test('two samples of one distribution are not told apart, a shifted one is', () => {
  expect(mannWhitneyP(numbers(200), numbers(200))).toBeCloseTo(1)
  expect(mannWhitneyP(numbers(200), numbers(200, 2))).toBeGreaterThan(0.3)
  expect(mannWhitneyP(numbers(200), numbers(200, 15))).toBeLessThan(1e-5)
  expect(mannWhitneyP(numbers(200, 15), numbers(200))).toBeLessThan(1e-5)
})

test('p is what tables say', () => {
  // U = 23 of 100 at n = 10 and 10: the exact p is 0.0433, the approximation with correction 0.0452.
  const [one, other] = [
    [1, 2, 3, 4, 6, 8, 9, 11, 14, 20],
    [5, 7, 10, 12, 13, 15, 16, 17, 18, 19],
  ]
  expect(mannWhitneyP(one, other)).toBeCloseTo(0.0452, 3)
})

test('the median of an even number of values is between the middle ones', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})

test('medians of wide samples lie apart by chance, those of narrow ones hardly', () => {
  const narrow = numbers(200).map((value) => value / 100)
  expect(medianNoise(narrow, narrow)).toBeLessThan(0.2)
  expect(medianNoise(numbers(200), numbers(200))).toBeGreaterThan(10)
})
