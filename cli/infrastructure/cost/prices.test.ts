import { expect, test } from 'vitest'
import { isStale, skuName } from './price.ts'
import { prices } from './prices.ts'

test('each thing has one price in a region, above nothing, with a day and a source', () => {
  const names = prices.map((price) => `${skuName(price)} ${price.region}`)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  for (const price of prices) {
    expect(price.price).toBeGreaterThan(0)
    expect(isStale(price.recorded, new Date(price.recorded))).toBe(false)
    expect(price.source).not.toBe('')
  }
})

test('what was written from memory, and only that, is not verified', () => {
  const unverified = prices.filter(({ verified }) => !verified)
  expect(unverified.map(skuName)).toEqual([
    'rds/db.r6g.xlarge single-AZ',
    'rds/db.r6g.xlarge Multi-AZ',
    'cache/cache.r6g.large',
    'transfer/out of AWS',
    'transfer/between zones, each way',
  ])
  expect(unverified.every(({ source }) => source.startsWith('memory'))).toBe(true)
})
