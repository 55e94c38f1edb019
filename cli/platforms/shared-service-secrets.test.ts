import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ownServiceSecrets, serviceClients, sharedServiceSecrets } from './shared-service-secrets.ts'

test('of one root come the same secrets each time, each another, none shorter than a key', () => {
  const made = sharedServiceSecrets('root')
  expect(sharedServiceSecrets('root')).toEqual(made)
  expect(made.map(({ service, name }) => `${service} ${name}`)).toEqual([
    'users TOKEN_KEY',
    'catalog SERVICE_CLIENT_SECRET',
    'orders SERVICE_CLIENT_SECRET',
  ])
  expect(new Set(made.map(({ value }) => value)).size).toBe(3)
  expect(made.every(({ value }) => value.length >= 32)).toBe(true)
  expect(sharedServiceSecrets('other').map(({ value }) => value)).not.toEqual(made.map(({ value }) => value))
})

test('the users service knows its clients by a digest, and only those that have a secret', () => {
  const text = serviceClients((service) => (service === 'orders' ? 'a word' : undefined))
  expect(JSON.parse(text)).toEqual([
    { id: 'order-management', secret_sha256: createHash('sha256').update('a word').digest('hex') },
  ])
})

test('the key of load tests is made only where a platform makes all secrets itself: prod starts with none', () => {
  const names = (secrets: ReturnType<typeof ownServiceSecrets>) => secrets.map(({ name }) => name)
  expect(names(ownServiceSecrets('root'))).toContain('RATE_LIMIT_BYPASS_KEY')
  expect(names(sharedServiceSecrets('root'))).not.toContain('RATE_LIMIT_BYPASS_KEY')
})
