import { expect, test } from 'vitest'
import { z } from 'zod'
import { environments } from '../../kit/settings.ts'
import { shippingRules, shippingSettings } from './shipping-settings.ts'

const schema = shippingRules.reduce(
  (plain, { holds, fault }) => plain.refine(holds, fault),
  z.object({ ...shippingSettings, SHOP_ENV: z.enum(environments) }),
)
const faultsOf = (given: Readonly<Record<string, string>>) =>
  schema.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? []

test('where nothing is set no carrier is connected, and none can have signed', () => {
  expect(schema.parse({ SHOP_ENV: 'prod' })).toEqual({ SHOP_ENV: 'prod', SHIPPING_CARRIERS: [] })
})

test('during a rotation there are two secrets', () => {
  const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]
  const given = { SHOP_ENV: 'prod', SHIPPING_WEBHOOK_SECRETS: `${first}, ${second}` }
  expect(schema.parse(given).SHIPPING_WEBHOOK_SECRETS).toEqual([first, second])
  const short = { SHOP_ENV: 'prod', SHIPPING_WEBHOOK_SECRETS: `${first},b` }
  expect(faultsOf(short)).toEqual([
    'SHIPPING_WEBHOOK_SECRETS must be secrets of at least 32 characters, separated by commas',
  ])
})

test('the simulated carrier is for trying out, and refused in production', () => {
  expect(schema.parse({ SHOP_ENV: 'local', SHIPPING_CARRIERS: 'simulated' }).SHIPPING_CARRIERS).toEqual(['simulated'])
  const inProd = { SHOP_ENV: 'prod', SHIPPING_CARRIERS: 'simulated' }
  expect(faultsOf(inProd)).toEqual(['SHIPPING_CARRIERS must not name simulated where SHOP_ENV is prod'])
  const unknown = { SHOP_ENV: 'prod', SHIPPING_CARRIERS: 'pigeon' }
  expect(faultsOf(unknown)).toEqual(['SHIPPING_CARRIERS must be none, or some of simulated, separated by commas'])
})
