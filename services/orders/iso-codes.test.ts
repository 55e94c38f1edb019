import { expect, test } from 'vitest'
import { isCountry, isCurrency } from './iso-codes.ts'

test('countries and currencies are those of ISO', () => {
  expect(['DE', 'GB', 'JP', 'XK', 'ZZ', 'QX'].map(isCountry)).toEqual([true, true, true, true, false, false])
  expect(['EUR', 'JPY', 'KWD', 'QQQ', 'EURO'].map(isCurrency)).toEqual([true, true, true, false, false])
})
