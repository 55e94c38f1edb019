import { expect, test } from 'vitest'
import { z } from 'zod'
import { commonSettings, readSettings, renderFaults } from '../../kit/settings.ts'
import { paymentRules, paymentSettings } from './payment-settings.ts'

const schema = paymentRules.reduce(
  (whole, { holds, fault }) => whole.refine(holds, fault),
  z.object({ ...commonSettings, ...paymentSettings }),
)
const stripe = {
  PAYMENT_PROVIDERS: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_a1B2c3D4e5F6',
  STRIPE_WEBHOOK_SECRETS: 'whsec_a1B2c3D4e5F6g7H8, whsec_h8G7f6E5d4C3b2A1',
  PUBLIC_BASE_URL: 'https://shop.test/',
}
const read = (environment: Readonly<Record<string, string>>) =>
  readSettings(schema, {
    environment: { SHOP_ENV: 'test', DATABASE_URL: 'postgres://db/orders', ...environment },
    readFile: () => '',
  })
const faultsOf = (environment: Readonly<Record<string, string>>) => {
  const reading = read(environment)
  return reading.ok ? [] : reading.faults
}
const faultyOf = (environment: Readonly<Record<string, string>>) => faultsOf(environment).map(({ name }) => name)

test('left to itself a service takes simulated payments only, and none where it is told so', () => {
  expect(read({})).toMatchObject({ ok: true, settings: { PAYMENT_PROVIDERS: ['simulated'] } })
  expect(read({ PAYMENT_PROVIDERS: 'none' })).toMatchObject({ ok: true, settings: { PAYMENT_PROVIDERS: [] } })
  const both = { ...stripe, PAYMENT_PROVIDERS: 'simulated, stripe' }
  expect(read(both)).toMatchObject({
    ok: true,
    settings: {
      PAYMENT_PROVIDERS: ['simulated', 'stripe'],
      STRIPE_WEBHOOK_SECRETS: ['whsec_a1B2c3D4e5F6g7H8', 'whsec_h8G7f6E5d4C3b2A1'],
    },
  })
})

test('X11: the simulated provider, keys for tests and unsafe addresses do not start in production', () => {
  const prod = { SHOP_ENV: 'prod' }
  expect(faultyOf({ ...prod, ...stripe })).toEqual([])
  expect(faultyOf(prod)).toEqual(['PAYMENT_PROVIDERS'])
  expect(faultyOf({ ...prod, ...stripe, PAYMENT_PROVIDERS: 'stripe,simulated' })).toEqual(['PAYMENT_PROVIDERS'])
  expect(faultyOf({ ...prod, ...stripe, SIMULATED_WEBHOOK_SECRETS: 'kE4mUo7Qx2Zr9Vb1Nc6Tj3Hs8Ly5Wd0PqR' })).toEqual([
    'SIMULATED_WEBHOOK_SECRETS',
  ])
  expect(faultyOf({ ...prod, ...stripe, STRIPE_SECRET_KEY: 'sk_test_a1B2c3D4e5F6' })).toEqual(['STRIPE_SECRET_KEY'])
  expect(faultyOf({ ...prod, ...stripe, STRIPE_API_BASE: 'http://stripe' })).toEqual(['STRIPE_API_BASE'])
  expect(faultyOf({ ...prod, ...stripe, PUBLIC_BASE_URL: 'http://shop.test' })).toEqual(['PUBLIC_BASE_URL'])
  const example = { STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789abcdef' }
  expect(faultyOf({ ...prod, ...stripe, ...example })).toEqual(['STRIPE_WEBHOOK_SECRETS'])
  expect(faultyOf({ ...prod, PAYMENT_PROVIDERS: 'none' })).toEqual([])
})

test('what a named provider needs is named where it is missing, all at once', () => {
  expect(faultyOf({ PAYMENT_PROVIDERS: 'stripe,paypal', METRICS_PORT: 'canary' }).toSorted()).toEqual([
    'METRICS_PORT',
    'PAYPAL_CLIENT_ID',
    'PAYPAL_CLIENT_SECRET',
    'PAYPAL_WEBHOOK_IDS',
    'PUBLIC_BASE_URL',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRETS',
  ])
})

test('a fault quotes no secret', () => {
  const faults = faultsOf({
    PAYMENT_PROVIDERS: 'bank-canary',
    STRIPE_SECRET_KEY: 'pk_canary',
    STRIPE_WEBHOOK_SECRETS: 'canary',
    PAYPAL_WEBHOOK_IDS: 'canary!',
    SIMULATED_WEBHOOK_SECRETS: 'canary',
  })
  expect(faults.map(({ name }) => name)).toEqual([
    'PAYMENT_PROVIDERS',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRETS',
    'PAYPAL_WEBHOOK_IDS',
    'SIMULATED_WEBHOOK_SECRETS',
  ])
  expect(renderFaults(faults)).not.toContain('canary')
  expect(renderFaults(faults)).toContain('must be none, or some of simulated, stripe, paypal, separated by commas')
})
