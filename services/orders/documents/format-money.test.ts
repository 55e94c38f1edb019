import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBasisPoints, formatMoney } from './format-money.ts'

test.each([
  [123_450, 'INR', '₹1 234,50'],
  [1, 'EUR', '€0,01'],
  [0, 'EUR', '€0,00'],
  [100_000, 'EUR', '€1 000,00'],
  [99_999, 'TRY', '₺999,99'],
  [1_235, 'JPY', '¥1 235'],
  [0, 'JPY', '¥0'],
  [1_234_500, 'KWD', 'KWD 1 234,500'],
  [5, 'KWD', 'KWD 0,005'],
  [150, 'CAD', 'CAD 1,50'],
  [1_000_000_000_000, 'USD', '$10 000 000 000,00'],
])('%d of %s is %s', (cents, currency, shown) => {
  expect(formatMoney(cents, currency)).toBe(shown)
})

test('nothing of an amount is lost, in currencies of any minor unit', () => {
  const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 })
  fc.assert(
    fc.property(amounts, fc.constantFrom('JPY', 'EUR', 'KWD'), (cents, currency) => {
      expect(Number(formatMoney(cents, currency).replace(/\D/g, ''))).toBe(cents)
    }),
  )
})

test.each([
  [0, '0 %'],
  [700, '7 %'],
  [1_900, '19 %'],
  [2_000, '20 %'],
  [825, '8,25 %'],
  [550, '5,5 %'],
  [10_000, '100 %'],
])('%d basis points are %s', (basisPoints, shown) => {
  expect(formatBasisPoints(basisPoints)).toBe(shown)
})
