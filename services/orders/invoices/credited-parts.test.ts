import fc from 'fast-check'
import { expect, test } from 'vitest'
import { creditedParts, type MoneyParts } from './credited-parts.ts'

const none: MoneyParts = { taxCents: 0, shippingCents: 0, totalCents: 0 }
const plus = (a: MoneyParts, b: MoneyParts): MoneyParts => ({
  taxCents: a.taxCents + b.taxCents,
  shippingCents: a.shippingCents + b.shippingCents,
  totalCents: a.totalCents + b.totalCents,
})
const amount = (amountCents: number) => ({ amountCents, shippingCents: 0, lineTaxCents: undefined })

/** 100.00 with 19.00 of tax. */
const order = { taxCents: 1_900, shippingCents: 0, totalCents: 11_900 }

test('half of an order has half of its tax, and the rest, whatever named it, has the rest', () => {
  const half = creditedParts(order, none, amount(5_950))
  expect(half.taxCents).toBe(950)
  expect(creditedParts(order, half, amount(5_950)).taxCents).toBe(950)
  expect(creditedParts(order, half, { ...amount(5_950), lineTaxCents: 950 }).taxCents).toBe(950)
})

test('shipping goes back where it is named, and else after the goods', () => {
  const shipped = { ...order, shippingCents: 490, totalCents: 12_390 }
  expect(creditedParts(shipped, none, { amountCents: 490, shippingCents: 490, lineTaxCents: undefined })).toEqual({
    taxCents: 0,
    shippingCents: 490,
    totalCents: 490,
  })
  expect(creditedParts(shipped, none, amount(12_000))).toEqual({
    taxCents: 1_900,
    shippingCents: 100,
    totalCents: 12_000,
  })
})

const most = 10 ** 12

test('O8: all that goes back of an order has exactly its tax and its shipping, and never more on the way', () => {
  const orders = fc
    .record({
      goods: fc.integer({ min: 0, max: most }),
      tax: fc.integer({ min: 0, max: most }),
      shipping: fc.integer({ min: 0, max: 10 ** 6 }),
    })
    .map(({ goods, tax, shipping }) => ({
      taxCents: tax,
      shippingCents: shipping,
      totalCents: goods + tax + shipping,
    }))
  const refunds = fc.array(
    fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      shipping: fc.double({ min: 0, max: 1, noNaN: true }),
      named: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(orders, refunds, (whole, wished) => {
      let given = none
      const credit = (amountCents: number, shippingCents: number, lineTaxCents: number | undefined) => {
        const parts = creditedParts(whole, given, { amountCents, shippingCents, lineTaxCents })
        expect(parts.taxCents).toBeGreaterThanOrEqual(0)
        expect(parts.shippingCents).toBeGreaterThanOrEqual(0)
        expect(parts.taxCents + parts.shippingCents).toBeLessThanOrEqual(amountCents)
        given = plus(given, parts)
        expect(given.taxCents).toBeLessThanOrEqual(whole.taxCents)
        expect(given.shippingCents).toBeLessThanOrEqual(whole.shippingCents)
      }
      for (const { share, shipping, named } of wished) {
        const cents = Math.floor((whole.totalCents - given.totalCents) * share)
        const ofShipping = Math.min(cents, Math.floor(whole.shippingCents * shipping))
        const ofTax = Math.floor((cents - ofShipping) * share)
        if (cents > 0) credit(cents, ofShipping, named ? ofTax : undefined)
      }
      if (given.totalCents < whole.totalCents) credit(whole.totalCents - given.totalCents, 0, undefined)
      expect(given).toEqual(whole)
    }),
    { numRuns: 2_000 },
  )
})
