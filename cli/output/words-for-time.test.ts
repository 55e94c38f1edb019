import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ageInWords, durationInWords } from './words-for-time.ts'

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [340.4, '340 ms'],
  [999.6, '1 s'],
  [1234, '1.2 s'],
  [9_960, '10 s'],
  [45_000, '45 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_780_000, '1 h 3 min'],
  [86_399_000, '1 d'],
  [273_600_000, '3 d 4 h'],
])('%d milliseconds read as %s', (milliseconds, words) => {
  expect(durationInWords(milliseconds)).toBe(words)
})

test('no duration shows 60 of a smaller unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (milliseconds) => {
      const words = durationInWords(milliseconds)
      expect(words).not.toMatch(/\b(1000 ms|60 s|60 min|24 h)\b/)
    }),
  )
})

const now = new Date('2026-11-22T12:00:00Z')
test.each([
  ['2026-11-22T11:59:59Z', 'just now'],
  ['2026-11-22T12:00:30Z', 'just now'],
  ['2026-11-22T11:59:18Z', '42 s ago'],
  ['2026-11-22T11:57:00Z', '3 min ago'],
  ['2026-11-21T11:57:00Z', '24 h ago'],
  ['2026-11-17T12:00:00Z', '5 d ago'],
  ['2026-11-23T12:00:00Z', 'in the future by the clock of this machine'],
  ['nonsense', 'at an unknown time'],
])('%s is %s', (moment, words) => {
  expect(ageInWords(moment, now)).toBe(words)
})
