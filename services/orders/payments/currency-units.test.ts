import fc from 'fast-check'
import { expect, test } from 'vitest'
import { centsOf, decimalText, minorDigits } from './currency-units.ts'

test('minor units are those of ISO 4217', () => {
  expect(['EUR', 'JPY', 'KWD', 'HUF', 'ISK', 'MGA'].map(minorDigits)).toEqual([2, 0, 3, 2, 0, 2])
})

test('amounts are written out and read back exactly, whatever the currency', () => {
  expect([decimalText(5, 2), decimalText(1_234, 3), decimalText(500, 0), decimalText(0, 2)]).toEqual([
    '0.05',
    '1.234',
    '500',
    '0.00',
  ])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), fc.constantFrom(0, 2, 3), (cents, digits) => {
      expect(centsOf(decimalText(cents, digits), digits)).toBe(cents)
    }),
  )
})

test.each(['', '-1.00', '1,00', '1e3', '1.005', '.5', '12345678901234.00', ' 1.00', 'NaN'])(
  '"%s" is no amount in hundredths',
  (text) => expect(centsOf(text, 2)).toBeUndefined(),
)

test('zeros beyond the minor unit are no amount of their own', () => {
  expect([centsOf('500.00', 0), centsOf('500.50', 0), centsOf('7', 2)]).toEqual([500, undefined, 700])
})
