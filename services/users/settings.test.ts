import { expect, test } from 'vitest'
import { readSettings, renderFaults } from '../kit/settings.ts'
import { usersSettings } from './settings.ts'
import { testPrivateKey } from './testing/test-users.ts'

const key = testPrivateKey('one')
const faultsOf = (changes: Record<string, string>) => {
  const environment = {
    SHOP_ENV: 'test',
    DATABASE_URL: 'postgres://db/users',
    JWT_PRIVATE_KEYS: JSON.stringify([key]),
    TOKEN_KEY: 'kE4mUo7Qx2Zr9Vb1Nc6Tj3Hs8Ly5Wd0P',
    PUBLIC_BASE_URL: 'https://shop.example/',
    ...changes,
  }
  const reading = readSettings(usersSettings, { environment, readFile: () => '' })
  return reading.ok ? [] : reading.faults
}

test('good keys are read, the first signs', () => {
  expect(faultsOf({})).toEqual([])
  const keys = usersSettings.shape.JWT_PRIVATE_KEYS.parse(JSON.stringify([key, testPrivateKey('two')]))
  expect([keys.current.kid, keys.publicKeys.map(({ kid }) => kid)]).toEqual(['one', ['one', 'two']])
  expect(JSON.stringify(keys.publicKeys)).not.toContain(key.d)
})

test.each([
  ['no JSON', 'canary'],
  ['no key', '[]'],
  ['a public key', JSON.stringify([{ ...key, d: undefined }])],
  ['a key without kid', JSON.stringify([{ ...key, kid: undefined }])],
  ['two keys of one kid', JSON.stringify([key, testPrivateKey('one')])],
  ['halves of two keys', JSON.stringify([{ ...key, d: testPrivateKey('x').d }])],
  ['a point off the curve', JSON.stringify([{ ...key, x: 'A'.repeat(43) }])],
  ['another curve', JSON.stringify([{ ...key, crv: 'P-384' }])],
])('%s as keys is a fault that does not quote them', (_, JWT_PRIVATE_KEYS) => {
  const faults = faultsOf({ JWT_PRIVATE_KEYS })
  expect(faults.map(({ name }) => name)).toEqual(['JWT_PRIVATE_KEYS'])
  expect(renderFaults(faults)).not.toMatch(new RegExp(`canary|${key.d}`))
})

test('production refuses logins of unverified users', () => {
  const allow = { AUTH_UNVERIFIED_LOGIN: 'allow' }
  expect(faultsOf(allow)).toEqual([])
  expect(faultsOf({ ...allow, SHOP_ENV: 'prod' }).map(({ name }) => name)).toEqual(['AUTH_UNVERIFIED_LOGIN'])
})

test('links are public and safe in production, and their key is long', () => {
  expect(faultsOf({ PUBLIC_BASE_URL: 'http://shop.example' })).toEqual([])
  const weak = { SHOP_ENV: 'prod', PUBLIC_BASE_URL: 'http://shop.example', TOKEN_KEY: 'canary' }
  const faults = faultsOf(weak)
  expect(faults.map(({ name }) => name)).toEqual(['TOKEN_KEY', 'PUBLIC_BASE_URL'])
  expect(renderFaults(faults)).not.toContain('canary')
})

test('mail goes one way, to a server that is named by a mail URL', () => {
  expect(faultsOf({ SMTP_URL: 'smtps://shop:secret@mail.example:465' })).toEqual([])
  expect(faultsOf({ MAIL_DIRECTORY: '/var/mail', MAIL_FROM: 'Shop <shop@shop.example>' })).toEqual([])
  expect(faultsOf({ SMTP_URL: 'https://mail.example' }).map(({ name }) => name)).toEqual(['SMTP_URL'])
  expect(faultsOf({ MAIL_FROM: 'Shop\r\nBcc: all@x.io' }).map(({ name }) => name)).toEqual(['MAIL_FROM'])
  expect(faultsOf({ SMTP_URL: 'smtp://a', MAIL_DIRECTORY: '/b' }).map(({ name }) => name)).toEqual(['MAIL_DIRECTORY'])
})
