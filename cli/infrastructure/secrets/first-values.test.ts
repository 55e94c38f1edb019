import { expect, test } from 'vitest'
import { plainSettings } from '../../../manifests/service-settings.ts'
import { readSettings } from '../../../services/kit/settings.ts'
import { usersService } from '../../../services/users/users-service.ts'
import { environments } from '../../../stacks/environments.ts'
import { awsSecrets } from '../../platforms/kubernetes/aws-secret-values.ts'
import { cacheLogin, isFirstLogin, wantedNames, wantedSecrets } from './first-values.ts'
import { type SecretPlace, secretPlaces } from './secret-places.ts'

const outputs = {
  region: 'us-east-1',
  database: { host: 'db.internal', port: 5432, masterSecret: 'arn:master' },
  cache: { host: 'cache.internal', port: 6379, user: 'shop-prod-app' },
  key: 'arn:key',
}
const placeOf = (environment: string): SecretPlace => {
  const place = secretPlaces('prod').find((each) => each.environment === environment)
  if (place === undefined) throw new Error(`no place ${environment}`)
  return place
}
const generated = (environment: string) =>
  wantedSecrets({ outputs, place: placeOf(environment) }).flatMap(({ name, first }) =>
    first === null ? [] : [{ name, text: first() }],
  )
const settings = (environment: string) =>
  generated(environment).flatMap(({ name, text }) => awsSecrets[name]?.(text) ?? [])

test('what is generated is read by deploy as it was meant, every secret of it', () => {
  const names = settings('prod').map(({ service, name }) => `${service} ${name}`)
  expect(names).toEqual([
    'users JWT_PRIVATE_KEYS',
    'users DATABASE_URL',
    'users MIGRATION_DATABASE_URL',
    'catalog DATABASE_URL',
    'catalog MIGRATION_DATABASE_URL',
    'orders DATABASE_URL',
    'orders MIGRATION_DATABASE_URL',
    '* REDIS_URL',
    '* CURSOR_KEY',
    'users TOKEN_KEY',
    'catalog SERVICE_CLIENT_SECRET',
    'orders SERVICE_CLIENT_SECRET',
  ])
  for (const { name, value } of settings('prod').filter((each) => each.name.endsWith('_URL'))) {
    const { protocol, username, password, host } = new URL(value)
    expect([protocol, host]).toEqual(
      name === 'REDIS_URL' ? ['rediss:', 'cache.internal:6379'] : ['postgres:', 'db.internal:5432'],
    )
    expect(username).not.toBe('')
    expect(password.length).toBeGreaterThanOrEqual(32)
  }
})

test('all that is wanted is in the list of names', () => {
  expect(wantedSecrets({ outputs, place: placeOf('staging') }).map(({ name }) => name)).toEqual(wantedNames)
})

test('the users service starts with what was generated for it', () => {
  const own = settings('prod').filter(({ service }) => service === 'users' || service === '*')
  const plain = plainSettings('users', { environment: environments.prod, namespace: 'ecommerce-prod' })
  const environment = { ...plain, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) }
  const reading = readSettings(usersService.settings, { environment, readFile: () => '' })
  expect(reading).toMatchObject({ ok: true })
})

test('an environment that shares the installation has databases, roles and keys of its own, and the same server', () => {
  const url = (environment: string) => settings(environment).find(({ name }) => name === 'DATABASE_URL')?.value ?? ''
  expect(new URL(url('prod')).pathname).toBe('/users')
  expect(new URL(url('staging')).pathname).toBe('/staging_users')
  expect(new URL(url('staging')).host).toBe(new URL(url('prod')).host)
  expect(secretPlaces('prod').map(({ prefix, madeBy }) => [prefix, madeBy])).toEqual([
    ['shop/prod/', 'terraform'],
    ['shop/staging/', 'shopctl'],
  ])
})

test('an installation of its own keeps only its own secrets', () => {
  const alone = Object.values(environments).map((facts) => ({ ...facts, installation: null }))
  expect(secretPlaces('staging', alone).map(({ prefix }) => prefix)).toEqual(['shop/staging/'])
  expect(secretPlaces('dev').map(({ prefix }) => prefix)).toEqual(['shop/dev/'])
})

test('two values are never the same, and a login that no rotation has made is known as one', () => {
  const texts = [...generated('prod'), ...generated('prod'), ...generated('staging')].map(({ text }) => text)
  expect(new Set(texts).size).toBe(texts.length)
  const database = generated('staging').find(({ name }) => name === 'database-orders')?.text ?? ''
  expect(isFirstLogin(database)).toBe(true)
  expect(isFirstLogin(database.replace('staging_orders_app"', 'staging_orders_app_a"'))).toBe(false)
  expect(isFirstLogin('not JSON')).toBe(false)
  expect(cacheLogin('rediss://:pw@cache:6379')).toBeNull()
})
