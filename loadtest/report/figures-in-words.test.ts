import { expect, it } from 'vitest'
import { duration, figure, percent } from './figures-in-words.ts'

it.each([
  [null, '–'],
  [0, '0'],
  [0.4238, '0.42'],
  [9.999, '10.0'],
  [12.34, '12.3'],
  [99.96, '100'],
  [1_204.4, '1,204'],
])('%s as a figure is %s', (value, words) => {
  expect(figure(value)).toBe(words)
})

it.each([
  [null, '–'],
  [0, '0 %'],
  [1, '100 %'],
  [0.000_01, '< 0.01 %'],
  [0.0129, '1.29 %'],
  [0.9996, '100.0 %'],
])('%s as a share is %s', (value, words) => {
  expect(percent(value)).toBe(words)
})

it.each([
  [0.0213, '21 ms'],
  [1.25, '1.3 s'],
  [45.2, '45 s'],
  [125, '2 min 5 s'],
  [1_800, '30 min'],
  [3_780, '1 h 3 min'],
])('%f seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words)
})
