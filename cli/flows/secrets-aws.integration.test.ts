import { randomInt, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { parseSigningKeys } from '../infrastructure/secrets/signing-keys.ts'
import type { GivenSecrets } from '../platforms/kubernetes/secret-given.ts'
import { newSigningKeys } from '../platforms/new-secrets.ts'
import { setSecret } from './secrets.ts'
import { diffSecrets } from './secrets-diff.ts'
import { getSecret } from './secrets-get.ts'
import { listSecrets } from './secrets-list.ts'
import { rotateSecret } from './secrets-rotate.ts'
import type { RotateMeans } from './secrets-rotation.ts'
import { setSecretInAws } from './secrets-set-aws.ts'

const endpoint = process.env.AWS_ENDPOINT_URL
const title = `secrets in AWS${endpoint ? '' : ' (AWS_ENDPOINT_URL names no emulator)'}`
const now = new Date('2026-11-22T12:00:00Z')
const database = { username: 'orders_app_b', password: 'canary-1', host: 'db', port: 5432, dbname: 'orders' }

describe.skipIf(!endpoint)(title, () => {
  const kept = { ...process.env }
  let client: SecretsManagerClient
  let repository: string

  const put = (name: string, value: unknown) => {
    const text = value === undefined ? {} : { SecretString: typeof value === 'string' ? value : JSON.stringify(value) }
    return client.send(new CreateSecretCommand({ Name: `shop/staging/${name}`, ...text }))
  }
  const textOf = async (name: string) =>
    (await client.send(new GetSecretValueCommand({ SecretId: `shop/staging/${name}` }))).SecretString ?? ''
  const kids = async () => (parseSigningKeys(await textOf('jwt-signing-keys')) ?? []).map(({ kid }) => kid)

  const means = (running: RotateMeans['running'] = async () => null): RotateMeans => ({
    environment: environments.staging,
    repository,
    variables: {},
    signal: AbortSignal.timeout(25_000),
    keepSecret: () => undefined,
    running,
    now: () => now,
    say: () => undefined,
  })
  /** Release 7, and what it was given. */
  const running =
    (minutes: number, given: Readonly<Record<string, string>>, after: Readonly<Record<string, string>> = given) =>
    async (): Promise<GivenSecrets> => ({
      release: 7,
      since: new Date(now.getTime() - minutes * 60_000).toISOString(),
      given: (service) => (service === 'users' || service === 'orders' ? given : {}),
      now: async () => (service) => (service === 'users' || service === 'orders' ? after : {}),
    })

  beforeAll(async () => {
    repository = await mkdtemp(join(tmpdir(), 'shopctl-aws-'))
  })
  beforeEach(() => {
    process.env = { ...kept, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: String(randomInt(1e11, 1e12)) }
    client?.destroy()
    client = new SecretsManagerClient({})
  })
  afterAll(async () => {
    client.destroy()
    process.env = kept
    await rm(repository, { recursive: true })
  })

  test('a setting goes where its like are, beside those that are there, also for several people at once', async () => {
    await put('mail', undefined)
    await put('api-keys', { CURSOR_KEY: 'c'.repeat(32) })
    const setting = (name: string) => ({ service: 'orders', name }) as const
    expect(await setSecretInAws(means(), { service: '*', name: 'MAIL_PASSWORD' }, 'one\n')).toMatchObject({
      secret: 'shop/staging/mail',
      hiddenBy: null,
    })
    await setSecretInAws(means(), setting('GEO_KEY'), 'two')
    await Promise.all(['A', 'B', 'C'].map((name) => setSecretInAws(means(), setting(name), name)))
    expect(JSON.parse(await textOf('mail'))).toEqual({ MAIL_PASSWORD: 'one' })
    expect(JSON.parse(await textOf('api-keys'))).toEqual({
      CURSOR_KEY: 'c'.repeat(32),
      'orders.GEO_KEY': 'two',
      'orders.A': 'A',
      'orders.B': 'B',
      'orders.C': 'C',
    })
  })

  test.each([
    [{ service: 'users', name: 'DATABASE_URL' } as const, 'SECRET_MADE_BY_SHOPCTL'],
    [{ service: '*', name: 'REDIS_URL' } as const, 'SECRET_MADE_BY_SHOPCTL'],
    [{ service: '*', name: 'GEO_KEY' } as const, 'SECRET_NOT_MADE'],
  ])('%j is refused: %s', async (setting, code) => {
    await expect(setSecretInAws(means(), setting, 'value')).rejects.toMatchObject({ code, exitCode: 3 })
  })

  test('the list has both sources, the one that wins, and which secret still wants a value', async () => {
    await put('database-orders', database)
    await put('payment-provider', undefined)
    await put('api-keys', { 'bad key': 'canary-2' })
    await put('mail', { MAIL_KEY: 'canary-3' })
    await setSecret(means(), { service: '*', name: 'MAIL_KEY' }, 'canary-4')
    const listed = await listSecrets(means())
    expect(listed.secrets.map(({ service, name, source }) => [service, name, source.split('/').at(-1)])).toEqual([
      ['*', 'MAIL_KEY', 'staging.age'],
      ['orders', 'DATABASE_URL', 'database-orders'],
    ])
    const facts = listed.aws?.state === 'read' ? listed.aws.secrets : []
    expect(facts.map(({ name, value }) => [name, value])).toEqual([
      ['shop/staging/database-orders', 'there'],
      ['shop/staging/mail', 'there'],
      ['shop/staging/payment-provider', 'none'],
      ['shop/staging/api-keys', 'unreadable'],
    ])
    expect(JSON.stringify(listed)).not.toContain('canary')
  })

  test('one of several services must be named, and a whole secret is had by its own name', async () => {
    await put('api-keys', { 'users.GEO': 'a', 'orders.GEO': 'b' })
    const get = (name: string, service: 'users' | null) => getSecret(means(), { name, service })
    await expect(get('GEO', null)).rejects.toMatchObject({ code: 'SECRET_AMBIGUOUS', exitCode: 64 })
    expect(await get('GEO', 'users')).toMatchObject({ value: 'a', facts: { kind: 'setting', service: 'users' } })
    expect(await get('api-keys', null)).toMatchObject({ facts: { kind: 'secret', value: 'there' } })
    await expect(get('NOTHING', null)).rejects.toMatchObject({ code: 'SECRET_NOT_SET', exitCode: 3 })
    await expect(get('mail', null)).rejects.toMatchObject({ code: 'SECRET_NOT_SET', exitCode: 3 })
  })

  describe('signing keys', () => {
    const rotate = (part: 'begin' | 'finish', given: RotateMeans = means()) =>
      rotateSecret({ name: 'jwt-signing-keys', part }, given)

    test('a rotation puts a new key first; the old one goes only when nobody can hold a token of it', async () => {
      await put('jwt-signing-keys', newSigningKeys())
      const before = { JWT_PRIVATE_KEYS: await textOf('jwt-signing-keys') }
      const [old] = await kids()
      expect(await rotate('begin')).toMatchObject({ outcome: 'rotated' })
      const [young, ...rest] = await kids()
      expect(rest).toEqual([old])
      const after = { JWT_PRIVATE_KEYS: await textOf('jwt-signing-keys') }

      const refused = (minutes: number, given: Readonly<Record<string, string>>) =>
        rotate('finish', means(running(minutes, given))).catch((error: unknown) => error)
      expect(await refused(600, before)).toMatchObject({
        code: 'ROTATION_TOO_SOON',
        exitCode: 3,
        why: ['release 7 does not sign with the newest key yet'],
        fix: ['shopctl deploy --env staging'],
      })
      expect(await refused(10, after)).toMatchObject({
        code: 'ROTATION_TOO_SOON',
        why: ['tokens of the old key are good until 2026-11-22T12:06:30.000Z'],
      })
      expect(await kids()).toEqual([young, old])
      expect(await rotate('finish', means(running(17, after)))).toMatchObject({ outcome: 'finished' })
      expect(await kids()).toEqual([young])
      expect(await rotate('finish')).toMatchObject({ outcome: 'unchanged' })
    })

    test('of two rotations at once none is lost: one is told that it came too late, or both are kept', async () => {
      await put('jwt-signing-keys', newSigningKeys())
      const [old] = await kids()
      const ended = await Promise.allSettled([rotate('begin'), rotate('begin')])
      const done = ended.filter(({ status }) => status === 'fulfilled').length
      for (const one of ended)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'SECRET_CHANGED' })
      expect(done).toBeGreaterThan(0)
      expect(await kids()).toHaveLength(done + 1)
      expect((await kids()).at(-1)).toBe(old)
    })

    test('keys do not pile up without a deploy, and a rotation of the function is waited for', async () => {
      await put('jwt-signing-keys', newSigningKeys())
      for (let round = 0; round < 2; round++) await rotate('begin')
      await expect(rotate('begin')).rejects.toMatchObject({ code: 'ROTATION_TOO_SOON' })
      const pending = {
        SecretString: newSigningKeys(),
        ClientRequestToken: randomUUID(),
        VersionStages: ['AWSPENDING'],
      }
      await client.send(new PutSecretValueCommand({ SecretId: 'shop/staging/jwt-signing-keys', ...pending }))
      await expect(rotate('begin')).rejects.toMatchObject({ code: 'ROTATION_UNDER_WAY', exitCode: 3 })
    })
  })

  describe('a database', () => {
    const rotate = (given: RotateMeans = means()) => rotateSecret({ name: 'database-orders', part: 'begin' }, given)
    const withFunction = async () => {
      await put('database-orders', database)
      const RotationLambdaARN = 'arn:aws:lambda:us-east-1:000000000000:function:shop-prod-rotation'
      const RotationRules = { AutomaticallyAfterDays: 30 }
      const rules = { RotationLambdaARN, RotationRules }
      await client.send(new RotateSecretCommand({ SecretId: 'shop/staging/database-orders', ...rules }))
    }

    test('without a function nothing rotates it, and without a secret neither', async () => {
      await expect(rotate()).rejects.toMatchObject({ code: 'SECRET_NOT_MADE' })
      await put('database-orders', database)
      await expect(rotate()).rejects.toMatchObject({ code: 'NO_ROTATION', exitCode: 3 })
    })

    test('pods that run with the login before the current one must be deployed first', async () => {
      await withFunction()
      const old = running(60, { DATABASE_URL: 'postgres://orders_app_a:x@db:5432/orders' })
      await expect(rotate(means(old))).rejects.toMatchObject({
        code: 'ROTATION_TOO_SOON',
        why: ['release 7 runs with the login orders_app_a, which a rotation would give a new password'],
      })
      const young = running(60, { DATABASE_URL: 'postgres://orders_app_b:x@db:5432/orders' })
      expect(await rotate(means(young))).toMatchObject({ outcome: 'rotated', secret: 'shop/staging/database-orders' })
    })
  })

  test.each(['mail', 'payment-provider', 'api-keys', 'cache'])(
    '%s is not rotated, and it says what to do',
    async (name) => {
      await expect(rotateSecret({ name, part: 'begin' }, means())).rejects.toMatchObject({
        code: 'ROTATION_BY_HAND',
        exitCode: 3,
      })
    },
  )

  test('what was changed, set and unset since the deploy is told by name', async () => {
    const given = { SAME: 'canary-a', OLD: 'canary-b', GONE: 'canary-c' }
    const after = { SAME: 'canary-a', OLD: 'canary-d', NEW: 'canary-e' }
    const compared = await diffSecrets(means(running(5, given, after)))
    expect(compared.differences.filter(({ service }) => service === 'users')).toEqual([
      { service: 'users', name: 'GONE', change: 'removed' },
      { service: 'users', name: 'NEW', change: 'added' },
      { service: 'users', name: 'OLD', change: 'changed' },
    ])
    expect(JSON.stringify(compared)).not.toContain('canary')
    await expect(diffSecrets(means())).rejects.toMatchObject({ code: 'NO_RUNNING_RELEASE', exitCode: 3 })
  })
})
