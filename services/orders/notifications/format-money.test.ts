import { expect, test } from 'vitest'
import { formatMoney } from './format-money.ts'

test.each([
  [3998, 'EUR', 'en', '€39.98'],
  [3998, 'EUR', 'de', '39,98\u00a0€'],
  [123_450, 'TRY', 'tr', '₺1.234,50'],
  [1234, 'JPY', 'en', '¥1,234'],
  [1234, 'KWD', 'en', 'KWD\u00a01.234'],
  [5, 'USD', 'de', '0,05\u00a0$'],
  [0, 'EUR', 'en', '€0.00'],
  [999_999_999_999, 'EUR', 'en', '€9,999,999,999.99'],
  [1_000_000_000_000, 'KWD', 'tr', 'KWD\u00a01.000.000.000,000'],
])('%i of %s in %s is %s', (cents, currency, language, text) => {
  expect(formatMoney({ cents, currency }, language)).toBe(text)
})
