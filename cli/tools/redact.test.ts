import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactor } from './redact.ts'

const redactorOf = (...secrets: readonly string[]) => {
  const redactor = createRedactor()
  secrets.forEach((secret) => {
    redactor.register(secret)
  })
  return redactor
}

const secret = 'c4nary/S3cret+value'

test.each([
  ['as it is', `password is ${secret}.`],
  ['twice', `${secret} and ${secret}`],
  ['in a URL', `postgres://shop:${encodeURIComponent(secret)}@db/orders`],
  ['URL-encoded', `?token=${encodeURIComponent(secret)}`],
  ['in base64', Buffer.from(secret).toString('base64')],
  ['in base64 behind a user name', `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`],
  ['in base64 behind another', `Basic ${Buffer.from(`bo:${secret}!`).toString('base64')}`],
  ['in base64url', Buffer.from(`x${secret}y`).toString('base64url')],
  ['in hexadecimal', Buffer.from(secret).toString('hex')],
])('a registered secret is not printed %s', (_, text) => {
  const shown = redactorOf(secret).redact(text)
  expect(shown).toContain('[redacted]')
  expect(shown).not.toContain(secret.slice(0, 8))
  expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(4, 16))
})

test('a password inside any URL is not printed, registered or not, and the rest stays', () => {
  expect(redactorOf().redact('cannot reach postgres://shop:hunter2@db:5432/orders?x=1')).toBe(
    'cannot reach postgres://shop:[redacted]@db:5432/orders?x=1',
  )
  expect(redactorOf().redact('redis://:hunter2@cache')).toBe('redis://:[redacted]@cache')
})

test('a text without secrets stays as it is', () => {
  const text = 'http://127.0.0.1:8080/api answered 503; mail ada@example.org: see http://a:80/b?c=d@e'
  expect(redactorOf(secret).redact(text)).toBe(text)
})

test('the password of a registered URL is not printed alone', () => {
  const redactor = redactorOf('postgres://shop:p%40ssw0rd@db/orders')
  expect(redactor.redact('password authentication failed: p@ssw0rd')).not.toContain('p@ssw0rd')
  expect(redactor.redact('p%40ssw0rd')).toBe('[redacted]')
})

test('a key is not printed line by line', () => {
  const line = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'
  const key = `-----BEGIN PRIVATE KEY-----\n${line}\n-----END PRIVATE KEY-----\n`
  expect(redactorOf(key).redact(`loaded ${line}`)).toBe('loaded [redacted]')
})

test('values too short to be secrets do not blank out words', () => {
  expect(redactorOf('', 'a', 'on').redact('an apple on a table')).toBe('an apple on a table')
})

test('whatever the secret and the text around it, it does not come through', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8, maxLength: 40, unit: 'binary-ascii' }).filter((text) => !'[redacted]'.includes(text)),
      fc.string(),
      fc.string(),
      (value, before, after) => {
        const shown = redactorOf(value).redact(`${before}${value}${after}`)
        expect(shown.replaceAll('[redacted]', '')).not.toContain(value)
      },
    ),
  )
})

test('base64 of the secret anywhere inside a longer text does not come through', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (before, after) => {
      const encoded = Buffer.concat([before, Buffer.from(secret), after]).toString('base64')
      expect(redactorOf(secret).redact(encoded)).toContain('[redacted]')
    }),
  )
})
