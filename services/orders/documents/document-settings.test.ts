import { expect, test } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../../kit/settings.ts'
import { documentPlace, documentRules, documentSettings, sellerOf } from './document-settings.ts'

const schema = documentRules(z.object({ SHOP_ENV: z.string(), ...documentSettings }))
const seller = {
  SELLER_NAME: 'Shop GmbH',
  SELLER_ADDRESS: 'Weg 1 | 10115 Berlin',
  SELLER_COUNTRY: 'DE',
  SELLER_TAX_ID: 'DE1',
}
const bucket = 's3://shop-documents/shop'

function faultsOf(environment: Record<string, string>): string[] {
  const reading = readSettings(schema, { environment, readFile: () => '' })
  return reading.ok ? [] : reading.faults.map(({ name, rule }) => `${name} ${rule}`)
}

test.each(['test', 'local'])('%s needs none of them', (SHOP_ENV) => {
  expect(faultsOf({ SHOP_ENV })).toEqual([])
})

test.each(['dev', 'staging'])('%s needs a place for documents', (SHOP_ENV) => {
  expect(faultsOf({ SHOP_ENV })).toEqual(['DOCUMENTS_URL is required'])
  expect(faultsOf({ SHOP_ENV, DOCUMENTS_URL: 'file:///var/lib/shop' })).toEqual([])
})

test('prod needs S3 and a real seller, and all that is missing is named at once', () => {
  const SHOP_ENV = 'prod'
  expect(faultsOf({ SHOP_ENV, DOCUMENTS_URL: bucket, ...seller })).toEqual([])
  expect(faultsOf({ SHOP_ENV, DOCUMENTS_URL: 'file:///var/lib/shop', ...seller })).toEqual([
    'DOCUMENTS_URL must start with s3:// where SHOP_ENV is prod',
  ])
  const names = ['DOCUMENTS_URL', ...Object.keys(seller)]
  expect(faultsOf({ SHOP_ENV })).toEqual(names.map((name) => `${name} is required`))
})

test('what is not a place is refused', () => {
  expect(faultsOf({ SHOP_ENV: 'test', DOCUMENTS_URL: 'documents' })).toEqual([
    'DOCUMENTS_URL must be file:// and the path of a directory, or s3:// with a bucket and a prefix',
  ])
})

test('the seller is the one of the settings, else one that says that it is none', () => {
  expect(sellerOf(schema.parse({ SHOP_ENV: 'prod', DOCUMENTS_URL: bucket, ...seller }))).toEqual({
    name: 'Shop GmbH',
    address_lines: ['Weg 1', '10115 Berlin'],
    country: 'DE',
    tax_id: 'DE1',
  })
  expect(sellerOf({}).name).toContain('demonstration')
})

test('without a setting documents are in a directory of this machine', () => {
  expect(documentPlace({})).toMatchObject({ kind: 'file', directory: expect.stringMatching(/shop-documents$/) })
})
