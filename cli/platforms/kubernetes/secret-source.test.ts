import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { awsSecrets, wrongForm } from './aws-secret-values.ts'
import type { SecretEntry } from './secret-entry.ts'
import { covers, fetchSecretEntries, requireSecrets } from './secret-source.ts'
import { openSecretsFile } from './secrets-file.ts'

const never = new AbortController().signal
const entry = (service: SecretEntry['service'], name: string): SecretEntry => ({
  service,
  name,
  value: 'v',
  origin: 'x',
})
const failureOf = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}
const parsed = (name: string, value: unknown) =>
  awsSecrets[name]?.(typeof value === 'string' ? value : JSON.stringify(value)).map((each) => [
    each.service,
    each.name,
    each.value,
  ])

test('everything that is missing is one refusal that names each with what to type', () => {
  const entries = [
    entry('users', 'JWT_PRIVATE_KEYS'),
    entry('users', 'TOKEN_KEY'),
    entry('orders', 'DATABASE_URL'),
    entry('orders', 'SERVICE_CLIENT_SECRET'),
    entry('orders', 'CURSOR_KEY'),
  ]
  const wanted = { environment: environments.staging, services: ['users', 'catalog', 'orders', 'edge'] as const }
  expect(failureOf(() => requireSecrets(entries, wanted))).toMatchObject({
    code: 'SECRETS_MISSING',
    exitCode: 3,
    message: '4 secrets that the services need are missing in staging; nothing was changed.',
    why: [
      'users needs DATABASE_URL; looked for in Secrets Manager shop/staging/database-users (us-east-1)',
      'catalog needs DATABASE_URL; looked for in Secrets Manager shop/staging/database-catalog (us-east-1)',
      'catalog needs SERVICE_CLIENT_SECRET; looked for in Secrets Manager shop/staging/api-keys (us-east-1)',
      'catalog needs CURSOR_KEY; looked for in Secrets Manager shop/staging/api-keys (us-east-1)',
    ],
    fix: [
      'shopctl secrets set DATABASE_URL --env staging --service users',
      'shopctl secrets set DATABASE_URL --env staging --service catalog',
      'shopctl secrets set SERVICE_CLIENT_SECRET --env staging --service catalog',
      'shopctl secrets set CURSOR_KEY --env staging --service catalog',
    ],
  })
  const others = [entry('*', 'DATABASE_URL'), entry('*', 'CURSOR_KEY'), entry('catalog', 'SERVICE_CLIENT_SECRET')]
  requireSecrets([...entries, ...others], wanted)
  requireSecrets(entries, { ...wanted, services: ['orders'] })
})

test('where money is real the keys of those who take it are missing too, and mails and parcels are for real', () => {
  const ofStaging = [
    entry('*', 'DATABASE_URL'),
    entry('*', 'CURSOR_KEY'),
    entry('*', 'SERVICE_CLIENT_SECRET'),
    entry('users', 'JWT_PRIVATE_KEYS'),
    entry('users', 'TOKEN_KEY'),
  ]
  const services = ['users', 'catalog', 'orders'] as const
  requireSecrets(ofStaging, { environment: environments.staging, services })
  expect([covers(ofStaging, environments.staging), covers(ofStaging, environments.prod)]).toEqual([true, false])
  const place = (name: string) => `; looked for in Secrets Manager shop/prod/${name} (us-east-1)`
  const ofPayments = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS', 'PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET']
  expect(failureOf(() => requireSecrets(ofStaging, { environment: environments.prod, services }))).toMatchObject({
    code: 'SECRETS_MISSING',
    why: [
      `users needs SMTP_URL${place('mail')}`,
      ...[...ofPayments, 'PAYPAL_WEBHOOK_IDS'].map((name) => `orders needs ${name}${place('payment-provider')}`),
      `orders needs SHIPPING_WEBHOOK_SECRETS${place('api-keys')}`,
      `orders needs SMTP_URL${place('mail')}`,
    ],
  })
})

test('a file with everything that is needed stands alone: AWS is not asked', async () => {
  const repository = await mkdtemp(join(tmpdir(), 'shopctl-source-'))
  try {
    const place = { repository, variables: {} }
    const file = openSecretsFile({ ...place, environment: 'staging' })
    await file.set(['*', 'DATABASE_URL', 'postgres://a:b@c/d'])
    await file.set(['*', 'SERVICE_CLIENT_SECRET', 'word'])
    await file.set(['*', 'CURSOR_KEY', 'key'])
    await file.set(['users', 'JWT_PRIVATE_KEYS', '[]'])
    await file.set(['users', 'TOKEN_KEY', 'key'])
    const entries = await fetchSecretEntries({ ...place, environment: environments.staging }, never)
    expect(entries.map(({ service, name }) => `${service} ${name}`)).toEqual([
      '* DATABASE_URL',
      '* SERVICE_CLIENT_SECRET',
      '* CURSOR_KEY',
      'users JWT_PRIVATE_KEYS',
      'users TOKEN_KEY',
    ])
  } finally {
    await rm(repository, { recursive: true })
  }
})

const database = { username: 'app', password: 'p@ss/w:rd', host: 'db.internal', port: 5432, dbname: 'orders' }

test('a database secret becomes URLs that carry any password, encrypted, with the owner where there is one', () => {
  const query = '?uselibpqcompat=true&sslmode=require'
  expect(parsed('database-orders', database)).toEqual([
    ['orders', 'DATABASE_URL', `postgres://app:p%40ss%2Fw%3Ard@db.internal:5432/orders${query}`],
  ])
  const owner = { migration_username: 'owner', migration_password: 'x', sslmode: 'verify-full' }
  expect(parsed('database-orders', { ...database, ...owner })).toEqual([
    ['orders', 'DATABASE_URL', 'postgres://app:p%40ss%2Fw%3Ard@db.internal:5432/orders?sslmode=verify-full'],
    ['orders', 'MIGRATION_DATABASE_URL', 'postgres://owner:x@db.internal:5432/orders?sslmode=verify-full'],
  ])
})

test('a cache is a URL or its parts, keys are a set or a list, and api keys are for all or for one service', () => {
  expect(parsed('redis-url', 'rediss://:pw@cache:6379\n')).toEqual([['*', 'REDIS_URL', 'rediss://:pw@cache:6379']])
  expect(parsed('cache', { host: 'cache', password: 'pw' })).toEqual([['*', 'REDIS_URL', 'rediss://:pw@cache:6379']])
  expect(parsed('cache', { host: 'cache', port: '6380' })).toEqual([['*', 'REDIS_URL', 'rediss://cache:6380']])
  const key = { kty: 'EC', kid: '1' }
  const keys = [['users', 'JWT_PRIVATE_KEYS', JSON.stringify([key])]]
  expect(parsed('jwt-signing-keys', [key])).toEqual(keys)
  expect(parsed('jwt-signing-keys', { keys: [key] })).toEqual(keys)
  expect(parsed('api-keys', { MAIL_KEY: 'a', 'orders.STRIPE_KEY': 'b' })).toEqual([
    ['*', 'MAIL_KEY', 'a'],
    ['orders', 'STRIPE_KEY', 'b'],
  ])
})

test.each([
  ['database-users', 'canary-value', 'it is not JSON'],
  ['database-users', { password: 'canary-value' }, 'username, host, dbname is missing or not as it should be'],
  ['cache', { password: 'canary-value' }, 'host is missing or not as it should be'],
  ['jwt-signing-keys', ['canary-value'], 'the whole is missing or not as it should be'],
  ['api-keys', { 'mail key': 'canary-value' }, 'mail key is missing or not as it should be'],
  ['api-keys', { 'payments.KEY': 'canary-value' }, 'it is not as it should be'],
])('%s of another form is named without its value', (name, value, why) => {
  const said = wrongForm(failureOf(() => parsed(name, value)))
  expect(said).toBe(why)
  expect(said).not.toContain('canary')
})
