import { expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { settingsHash } from '../service-settings.ts'
import {
  ensureOwnFoundations,
  foundationsSecretName,
  ownEntries,
  readOwnFoundations,
  secretsOfFoundations,
} from './own-foundations.ts'
import { decodeSecret, encodeSecret } from './secret-data.ts'
import type { SecretEntry } from './secret-entry.ts'
import { requireSecrets } from './secret-source.ts'
import { kubeServiceSettings, workloadSettings } from './service-settings.ts'
import { keepSecret, missingSecrets, restoreSecrets, secretValues, unusedSecrets } from './settings-secrets.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'

const namespace = 'ecommerce-dev'
const signal = new AbortController().signal
const secretReference = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', name, namespace })
const open = (client = createMemoryKubeClient()) => ({ client, environment: 'dev', namespace })

const settingsOf = (service: 'users' | 'catalog' | 'orders' | 'edge', entries: readonly SecretEntry[]) =>
  kubeServiceSettings(service, { environment: environments.dev, namespace, entries })

test('secrets are made once, and of many who make them at the same time all get the same', async () => {
  const place = open()
  expect(await readOwnFoundations(place, signal)).toBeNull()
  const all = await Promise.all(Array.from({ length: 8 }, () => ensureOwnFoundations(place, signal)))
  expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1)
  expect(await readOwnFoundations(place, signal)).toEqual(all[0])
  expect(place.client.objects('Secret')).toHaveLength(1)
  expect(place.client.objects('Secret')[0]).toMatchObject({ immutable: true, type: 'Opaque' })
})

test.each([
  ['is no JSON', { 'foundations.json': 'rubbish' }, 'it is not JSON'],
  ['has lost its content', { 'foundations.json': '{}' }, 'schema is not as it was made'],
  ['has another password for the server', { POSTGRES_PASSWORD: 'changed' }, 'POSTGRES_PASSWORD is not what'],
  ['has another script', { 'databases.sql': '' }, 'databases.sql is not what'],
])('a Secret that %s is refused and stays as it is', async (_, change, why) => {
  const place = open()
  await ensureOwnFoundations(place, signal)
  const data = encodeSecret(change)
  const edited = place.client.edit(secretReference(foundationsSecretName), { data })
  for (const act of [readOwnFoundations, ensureOwnFoundations]) {
    await expect(act(place, signal)).rejects.toMatchObject({
      code: 'FOUNDATIONS_DAMAGED',
      exitCode: 3,
      why: expect.arrayContaining([expect.stringContaining(why)]),
    })
  }
  expect(await place.client.read(secretReference(foundationsSecretName), signal)).toEqual(edited)
})

test('where the Secret is gone and the database is still there, no other passwords are made', async () => {
  const place = open()
  await ensureOwnFoundations(place, signal)
  const statefulSet = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'postgres', namespace } }
  await place.client.create(statefulSet, signal)
  await place.client.delete(secretReference(foundationsSecretName), signal)
  await expect(ensureOwnFoundations(place, signal)).rejects.toMatchObject({ code: 'FOUNDATIONS_DAMAGED' })
  expect(place.client.objects('Secret')).toEqual([])
})

test('each service is told of its own database alone, the edge of no secret, and nothing is missing', async () => {
  const entries = ownEntries(await ensureOwnFoundations(open(), signal))
  requireSecrets(entries, { environment: environments.dev, services: ['users', 'catalog', 'orders', 'edge'] })
  expect(Object.keys(settingsOf('users', entries).secrets).toSorted()).toEqual([
    'CURSOR_KEY',
    'DATABASE_URL',
    'JWT_PRIVATE_KEYS',
    'MIGRATION_DATABASE_URL',
    'RATE_LIMIT_BYPASS_KEY',
    'REDIS_URL',
    'TOKEN_KEY',
  ])
  expect(settingsOf('catalog', entries).secrets).not.toHaveProperty('JWT_PRIVATE_KEYS')
  expect(settingsOf('catalog', entries).secrets).not.toHaveProperty('TOKEN_KEY')
  expect(settingsOf('orders', entries).secrets.DATABASE_URL).toMatch(
    /^postgres:\/\/orders_app:[\w-]+@postgres:5432\/orders$/,
  )
  expect(settingsOf('orders', entries).variables).toMatchObject({ SHOP_ENV: 'dev', LOG_LEVEL: 'info' })
  expect(workloadSettings('edge', settingsOf('edge', entries)).secret).toBeNull()
})

test("people's own settings win; ordinary words of known settings are shown, everything else is secret", async () => {
  const own = ownEntries(await ensureOwnFoundations(open(), signal))
  const given: readonly SecretEntry[] = [
    { service: '*', name: 'LOG_LEVEL', value: 'debug', origin: 'file' },
    { service: 'orders', name: 'DATABASE_URL', value: 'postgres://mine', origin: 'file' },
    { service: '*', name: 'MAIL_KEY', value: 'canary', origin: 'file' },
  ]
  const { variables, secrets } = settingsOf('orders', [...own, ...given])
  expect(variables.LOG_LEVEL).toBe('debug')
  expect(secrets).toMatchObject({ DATABASE_URL: 'postgres://mine', MAIL_KEY: 'canary' })
  expect(settingsOf('edge', given).variables).toMatchObject({ LOG_LEVEL: 'debug' })
  expect(JSON.stringify(settingsOf('edge', given))).not.toContain('canary')
})

test('a Secret of settings is made once, immutable, by the name that the manifests get; a ConfigMap holds no secret', async () => {
  const place = open()
  const settings = settingsOf('orders', ownEntries(await ensureOwnFoundations(place, signal)))
  const wanted = workloadSettings('orders', settings)
  expect(await keepSecret(place, { service: 'orders', settings }, signal)).toBe('made')
  expect(await keepSecret(place, { service: 'orders', settings }, signal)).toBe('there')
  const secret = await place.client.read(secretReference(wanted.secret?.name ?? ''), signal)
  expect(secret).toMatchObject({ immutable: true })
  expect(decodeSecret(secret ?? { apiVersion: '', kind: '', metadata: { name: '' } })).toEqual(settings.secrets)
  expect(wanted.secret?.keys).toEqual(Object.keys(settings.secrets).toSorted())
  for (const value of Object.values(settings.secrets)) expect(JSON.stringify(wanted)).not.toContain(value)
  expect(await keepSecret(place, { service: 'edge', settings: settingsOf('edge', []) }, signal)).toBe('none')
})

test('another Secret of that name is refused without a value of either', async () => {
  const place = open()
  const settings = { variables: {}, secrets: { KEY: 'canary-one' } }
  await keepSecret(place, { service: 'orders', settings }, signal)
  const name = workloadSettings('orders', settings).secret?.name ?? ''
  place.client.edit(secretReference(name), { data: encodeSecret({ KEY: 'canary-two' }) })
  const failure = await keepSecret(place, { service: 'orders', settings }, signal).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SECRET_CHANGED', exitCode: 3 })
  expect(JSON.stringify(failure)).not.toContain('canary')
})

test('a release whose Secret was deleted is told, and it is made again only from the settings of then', async () => {
  const place = open()
  const entries = ownEntries(await ensureOwnFoundations(place, signal))
  const settings = settingsOf('orders', entries)
  await keepSecret(place, { service: 'orders', settings }, signal)
  const hash = settingsHash(settings)
  const { services } = aRelease({ number: 1, services: { orders: `a/${hash}` } })
  expect(await missingSecrets(place, services, signal)).toEqual([])
  const name = `order-management-secrets-${hash}`
  await place.client.delete(secretReference(name), signal)
  const gone = [`orders: its secret settings are gone (Secret ${name} in ${namespace})`]
  expect((await missingSecrets(place, services, signal)).map(({ words }) => words)).toEqual(gone)
  const changed = async () => settingsOf('orders', [...entries, { service: '*', name: 'NEW', value: 'x', origin: '' }])
  expect(await restoreSecrets(place, { services, settingsOf: changed }, signal)).toEqual([])
  expect((await missingSecrets(place, services, signal)).map(({ words }) => words)).toEqual(gone)
  expect(await restoreSecrets(place, { services, settingsOf: async () => settings }, signal)).toEqual([name])
  expect(await missingSecrets(place, services, signal)).toEqual([])
})

test('what no kept record names is unused; foundations and foreign Secrets never are', async () => {
  const place = open()
  await ensureOwnFoundations(place, signal)
  const kept = { variables: {}, secrets: { KEY: 'kept' } }
  const old = { variables: {}, secrets: { KEY: 'old-value' } }
  for (const settings of [kept, old]) await keepSecret(place, { service: 'orders', settings }, signal)
  const foreign = { ...secretReference('theirs'), metadata: { name: 'theirs', namespace } }
  await place.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: foreign.metadata }, signal)
  const records = [aRelease({ number: 1, services: { orders: `a/${settingsHash(kept)}` } })]
  const unused = await unusedSecrets(place, records, signal)
  expect(unused).toEqual([secretReference(`order-management-secrets-${settingsHash(old)}`)])
})

test('every value that a pod may have is known for redaction, but not the passwords that are there to be shown', async () => {
  const place = open()
  const foundations = await ensureOwnFoundations(place, signal)
  const settings = settingsOf('orders', ownEntries(foundations))
  await keepSecret(place, { service: 'orders', settings }, signal)
  const values = await secretValues(place, signal)
  expect(values).toEqual(expect.arrayContaining([...Object.values(settings.secrets), foundations.superuserPassword]))
  const shown = [...values, ...secretsOfFoundations(foundations)].join('\n')
  expect(shown).not.toContain(foundations.demo.customerPassword)
})
