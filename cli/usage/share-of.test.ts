import { expect, test } from 'vitest'
import { shareOf } from './share-of.ts'

test.each([
  ['5%', 0.05],
  ['12.5 %', 0.125],
  ['0.05', 0.05],
  ['0', 0],
  ['150%', 1.5],
])('%s is %f', (typed, share) => {
  expect(shareOf(typed, '--tolerance')).toBeCloseTo(share, 12)
})

test.each(['5', '-5%', 'much', '', '%', '5%%', '0,05'])('"%s" is refused: nobody guesses what was meant', (typed) => {
  expect(() => shareOf(typed, '--tolerance')).toThrow(/^--tolerance is a share such as 5% or 0\.05/)
})
