import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payPalAmountSchema, toPayPalAmount } from './paypal/paypal-amounts.ts'
import { fromStripeAmount, toStripeAmount } from './stripe/stripe-amounts.ts'

test.each([
  ['EUR', 1_234, 1_234],
  ['JPY', 500, 500],
  ['KWD', 1_230, 1_230],
  ['ISK', 500, 50_000],
  ['UGX', 500, 50_000],
  ['MGA', 500, 5],
])('Stripe counts %s in its own way: %i is %i there', (currency, cents, amount) => {
  expect(toStripeAmount(cents, currency)).toBe(amount)
  expect(fromStripeAmount(amount, currency)).toBe(cents)
})

test('what Stripe cannot say exactly is refused, never rounded', () => {
  expect([toStripeAmount(1_234, 'KWD'), toStripeAmount(150, 'MGA')]).toEqual([undefined, undefined])
})

test.each([
  ['EUR', 1_234, '12.34'],
  ['USD', 5, '0.05'],
  ['JPY', 500, '500'],
  ['HUF', 50_000, '500'],
])('PayPal is told %s as a decimal: %i is %s there', (currency, cents, value) => {
  expect(toPayPalAmount(cents, currency)).toEqual({ currency_code: currency, value })
})

test('what PayPal does not take is refused', () => {
  expect([toPayPalAmount(1_234, 'KWD'), toPayPalAmount(1_234, 'HUF'), toPayPalAmount(1, 'XYZ')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('an amount that PayPal took comes back as it was', () => {
  const taken = fc.constantFrom('EUR', 'USD', 'JPY', 'GBP')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000_000 }), taken, (cents, currency) => {
      expect(payPalAmountSchema.parse(toPayPalAmount(cents, currency))).toEqual({ cents, currency })
    }),
  )
  expect(payPalAmountSchema.safeParse({ currency_code: 'JPY', value: '500.5' }).success).toBe(false)
})
