import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { readGivenSecrets } from './secret-given.ts'
import { openSecretsFile } from './secrets-file.ts'
import { runningShop } from './testing/running-shop.ts'

const facts = environments.staging.kubernetes
if (facts === null) throw new Error('staging has a cluster')

const opened = async (given: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
  const repository = await mkdtemp(join(tmpdir(), 'shopctl-given-'))
  onTestFinished(() => rm(repository, { recursive: true }))
  const kept: string[] = []
  const shop = await runningShop(given)
  const file = openSecretsFile({ environment: 'staging', repository, variables: {} })
  const signal = AbortSignal.timeout(10_000)
  const keepSecret = (value: string) => kept.push(value)
  const place = { ...shop, environment: environments.staging, facts, repository, variables: {}, keepSecret, signal }
  return { place, shop, file, kept }
}

const secrets = {
  users: { DATABASE_URL: 'postgres://a:canary@b/users', JWT_PRIVATE_KEYS: '[]' },
  catalog: { DATABASE_URL: 'postgres://a:canary@b/catalog' },
  orders: { DATABASE_URL: 'postgres://a:canary@b/orders' },
}

test('what runs was given what its record names, and a deploy would give what is set now', async () => {
  const { place, file, kept } = await opened(secrets)
  await file.set(['*', 'DATABASE_URL', 'postgres://a:other@b/all'])
  await file.set(['*', 'SERVICE_CLIENT_SECRET', 'word'])
  await file.set(['*', 'CURSOR_KEY', 'key'])
  await file.set(['users', 'JWT_PRIVATE_KEYS', '[]'])
  await file.set(['users', 'TOKEN_KEY', 'key'])
  const found = await readGivenSecrets(place)
  expect(found).toMatchObject({ release: 1, since: expect.any(String) })
  expect(found?.given('orders')).toEqual(secrets.orders)
  expect(kept).toContain('postgres://a:canary@b/orders')
  const now = await found?.now()
  expect(now?.('orders')).toEqual({
    DATABASE_URL: 'postgres://a:other@b/all',
    SERVICE_CLIENT_SECRET: 'word',
    CURSOR_KEY: 'key',
  })
  expect(now?.('users').SERVICE_CLIENTS).toMatch(/product-catalog.*order-management/)
})

const deploymentOf = (name: string, namespace: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name,
  namespace,
})

test('where another release is half applied, that is refused and not taken for nothing', async () => {
  const { place, shop } = await opened(secrets)
  shop.client.edit(deploymentOf('orders', shop.namespace), {
    spec: { template: { metadata: { labels: { 'shopctl.dev/template': 'another' } } } },
  })
  await expect(readGivenSecrets(place)).rejects.toMatchObject({ code: 'NO_RUNNING_RELEASE', exitCode: 3 })
})

test('where no service runs, nothing was given to any', async () => {
  const { place, shop } = await opened(secrets)
  for (const name of ['users', 'catalog', 'orders'])
    await shop.client.delete(deploymentOf(name, shop.namespace), place.signal)
  expect(await readGivenSecrets(place)).toBeNull()
})

test('a Secret that is gone is a refusal that names it', async () => {
  const { place, shop } = await opened(secrets)
  const name = 'order-management-secrets-hash-of-orders'
  await shop.client.delete({ apiVersion: 'v1', kind: 'Secret', name, namespace: shop.namespace }, place.signal)
  await expect(readGivenSecrets(place)).rejects.toMatchObject({
    code: 'SETTINGS_GONE',
    why: [`the Secret ${name} is not there`],
  })
})
