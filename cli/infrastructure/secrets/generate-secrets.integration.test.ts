import { randomInt } from 'node:crypto'
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { awsSecrets } from '../../platforms/kubernetes/aws-secret-values.ts'
import { openCacheUsers } from './cache-users.ts'
import { type GenerateRequest, generateSecrets } from './generate-secrets.ts'
import { findMadeSecrets, removeMadeSecrets } from './made-secrets.ts'
import { openSecretVault } from './open-secret-vault.ts'

const endpoint = process.env.AWS_ENDPOINT_URL
const title = `generated secrets${endpoint ? '' : ' (AWS_ENDPOINT_URL names no emulator)'}`
const given = <Value>(value: Value) => ({ value, sensitive: false })
const outputs = {
  region: given('us-east-1'),
  database_address: given('db.internal'),
  database_port: given(5432),
  database_master_secret_arn: given('arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!master'),
  cache_address: given('cache.internal'),
  cache_port: given(6379),
  cache_user_name: given('shop-prod-app'),
  key_arns: given({ secrets: 'alias/shop-prod-secrets' }),
}
const ofTerraform = ['jwt-signing-keys', 'database-users', 'database-catalog', 'database-orders', 'api-keys']
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:shop-prod-rotation'

describe.skipIf(!endpoint)(title, () => {
  const kept = { ...process.env }
  const signal = AbortSignal.timeout(60_000)
  let client: SecretsManagerClient
  let passwords: [user: string, password: string][]
  let said: string[]

  /** What the stack leaves: names without values. */
  const applyStack = async () => {
    for (const name of [...ofTerraform, 'mail', 'payment-provider'])
      await client.send(new CreateSecretCommand({ Name: `shop/prod/${name}` }))
  }
  const request = async (more: Partial<GenerateRequest> = {}): Promise<GenerateRequest> => ({
    installation: 'prod',
    outputs,
    vault: await openSecretVault({ region: 'us-east-1', signal }),
    cacheUsers: {
      async setPassword(user, password) {
        passwords.push([user, password])
      },
    },
    keepSecret: (value) => said.push(value),
    say: () => undefined,
    signal,
    ...more,
  })
  const generate = async () => generateSecrets(await request())
  const read = async (name: string) => (await openSecretVault({ region: 'us-east-1', signal })).read(name)

  beforeEach(() => {
    process.env = { ...kept, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: String(randomInt(1e11, 1e12)) }
    client?.destroy()
    client = new SecretsManagerClient({})
    passwords = []
    said = []
  })
  afterAll(() => {
    client.destroy()
    process.env = kept
  })

  test('every secret of every environment gets a value once, and the second time nothing is changed', async () => {
    await applyStack()
    const first = await generate()
    expect(first.filter(({ state }) => state === 'made')).toHaveLength(12)
    expect(first.filter(({ state }) => state === 'by-hand').map(({ name, fix }) => [name, fix])).toEqual([
      ['shop/prod/mail', 'shopctl secrets set SMTP_URL --env prod --in aws'],
      ['shop/prod/payment-provider', 'shopctl secrets set STRIPE_SECRET_KEY --env prod --in aws'],
      ['shop/staging/mail', 'shopctl secrets set SMTP_URL --env staging --in aws'],
      ['shop/staging/payment-provider', 'shopctl secrets set STRIPE_SECRET_KEY --env staging --in aws'],
    ])
    const names = first.flatMap(({ name, state }) => (state === 'made' ? [name] : []))
    const before = await Promise.all(names.map(read))
    const second = await generate()
    expect(second.filter(({ state }) => state === 'made')).toEqual([])
    expect((await Promise.all(names.map(read))).map((value) => value?.text)).toEqual(before.map((value) => value?.text))
  })

  test('what deploy reads of them is complete, and what they hold is in no answer', async () => {
    await applyStack()
    const answered = JSON.stringify(await generate())
    const found = await Promise.all(
      Object.keys(awsSecrets).map(async (name) => {
        const value = await read(`shop/staging/${name}`)
        return value === null ? [] : (awsSecrets[name]?.(value.text) ?? [])
      }),
    )
    const names = found.flat().map(({ service, name }) => `${service} ${name}`)
    expect([...new Set(names)].toSorted()).toEqual([
      '* CURSOR_KEY',
      '* REDIS_URL',
      'catalog DATABASE_URL',
      'catalog MIGRATION_DATABASE_URL',
      'catalog SERVICE_CLIENT_SECRET',
      'orders DATABASE_URL',
      'orders MIGRATION_DATABASE_URL',
      'orders SERVICE_CLIENT_SECRET',
      'users DATABASE_URL',
      'users JWT_PRIVATE_KEYS',
      'users MIGRATION_DATABASE_URL',
      'users TOKEN_KEY',
    ])
    for (const { value } of found.flat()) expect(answered).not.toContain(value)
    for (const value of said) expect(answered).not.toContain(value)
  })

  test('the environments of one cache have its user in common, and the user gets the password of the secret', async () => {
    await applyStack()
    await generate()
    const [own, other] = await Promise.all([read('shop/prod/cache'), read('shop/staging/cache')])
    expect(other?.text).toBe(own?.text)
    expect(new Set(passwords.map(([user]) => user))).toEqual(new Set(['shop-prod-app']))
    expect(new Set(passwords.map(([, password]) => password)).size).toBe(1)
    expect(own?.text).toContain(passwords[0]?.[1])
  })

  test('a value that somebody has put there is left as it is, whatever its form', async () => {
    await applyStack()
    const mine = 'rediss://:mine@elsewhere:6379'
    await client.send(new CreateSecretCommand({ Name: 'shop/prod/cache', SecretString: mine }))
    const SecretString = '{"CURSOR_KEY":"mine"}'
    await client.send(new PutSecretValueCommand({ SecretId: 'shop/prod/api-keys', SecretString }))
    await generate()
    expect(await read('shop/prod/cache')).toMatchObject({ text: mine })
    expect(await read('shop/prod/api-keys')).toMatchObject({ text: SecretString })
    expect(passwords).toEqual([])
  })

  test('a server that has another address now is told of, and the value is left as it is', async () => {
    await applyStack()
    await generate()
    const before = await read('shop/prod/database-users')
    const heard: string[] = []
    const moved = { ...outputs, database_address: given('restored.internal') }
    await generateSecrets(await request({ outputs: moved, say: (message) => heard.push(message) }))
    expect(heard.filter((message) => message.startsWith('shop/prod/'))).toEqual(
      ['users', 'catalog', 'orders'].map(
        (name) =>
          `shop/prod/database-${name} leads to db.internal:5432, and the stack has restored.internal:5432; it was left as it is`,
      ),
    )
    expect(await read('shop/prod/database-users')).toEqual(before)
  })

  test('two at once end with one value each, the same for both', async () => {
    await applyStack()
    await Promise.all([generate(), generate()])
    const values = await Promise.all(ofTerraform.map((name) => read(`shop/prod/${name}`)))
    expect(values.every((value) => value !== null)).toBe(true)
    const [last] = await generate()
    expect(last?.state).toBe('there')
  })

  test('databases rotate at once where the stack has a function, those of who shares the installation too', async () => {
    await applyStack()
    const { RotateSecretCommand } = await import('@aws-sdk/client-secrets-manager')
    const RotationRules = { AutomaticallyAfterDays: 30 }
    await client.send(
      new RotateSecretCommand({ SecretId: 'shop/prod/database-users', RotationLambdaARN: functionArn, RotationRules }),
    )
    const made = await generate()
    const rotations = made.flatMap(({ name, rotation }) => (rotation === 'not-needed' ? [] : [[name, rotation]]))
    expect(rotations).toEqual([
      ['shop/prod/database-users', 'done'],
      ['shop/prod/database-catalog', 'no-function'],
      ['shop/prod/database-orders', 'no-function'],
      ['shop/staging/database-users', 'done'],
      ['shop/staging/database-catalog', 'no-function'],
      ['shop/staging/database-orders', 'no-function'],
    ])
  })

  test('signing keys of who shares the installation rotate as its own do, unless somebody has switched that off', async () => {
    await applyStack()
    const { CancelRotateSecretCommand, RotateSecretCommand } = await import('@aws-sdk/client-secrets-manager')
    const rotatorOf = async () => {
      const vault = await openSecretVault({ region: 'us-east-1', signal })
      return (await vault.describe('shop/staging/jwt-signing-keys'))?.rotatedBy
    }
    await generate()
    expect(await rotatorOf()).toBeNull()
    const RotationRules = { AutomaticallyAfterDays: 30 }
    const own = { SecretId: 'shop/prod/jwt-signing-keys', RotationLambdaARN: functionArn, RotationRules }
    await client.send(new RotateSecretCommand(own))
    await generate()
    expect(await rotatorOf()).toBe(functionArn)
    await client.send(new CancelRotateSecretCommand({ SecretId: 'shop/staging/jwt-signing-keys' }))
    // The emulator does not keep the moment of a rotation, as AWS does.
    const vault = await openSecretVault({ region: 'us-east-1', signal })
    const describe = async (name: string) => {
      const secret = await vault.describe(name)
      return secret && { ...secret, rotated: '2026-11-22T20:00:00.000Z' }
    }
    await generateSecrets(await request({ vault: { ...vault, describe } }))
    expect(await rotatorOf()).toBeNull()
  })

  test('what no plan destroys is found and removed after the stack, and what the stack has is left', async () => {
    await applyStack()
    const made = (await generate()).map(({ name }) => name)
    const ofSomebody = 'shop/staging/redis-url'
    await client.send(new CreateSecretCommand({ Name: ofSomebody, SecretString: 'rediss://elsewhere' }))
    const vault = await openSecretVault({ region: 'us-east-1', signal })
    const names = await findMadeSecrets('prod', vault)
    const ofStaging = made.filter((name) => name.startsWith('shop/staging/'))
    expect(ofStaging.length).toBeGreaterThan(7)
    expect(names.toSorted()).toEqual(['shop/prod/cache', ...ofStaging].toSorted())
    await removeMadeSecrets(names, vault)
    expect(await findMadeSecrets('prod', vault)).toEqual([])
    for (const name of ['shop/prod/jwt-signing-keys', ofSomebody]) expect(await vault.read(name)).not.toBeNull()
    await generate()
    expect(await findMadeSecrets('prod', vault)).toEqual(names)
    await vault.remove('shop/prod/never-made')
  })

  test('without the stack nothing is put anywhere', async () => {
    await expect(generate()).rejects.toMatchObject({ code: 'SECRET_NOT_MADE', exitCode: 3 })
    const bare = { ...outputs, database_address: given('') }
    await expect(generateSecrets(await request({ outputs: bare }))).rejects.toMatchObject({
      code: 'OUTPUTS_MISSING',
      why: ['output database_address is missing or not as it should be'],
    })
  })

  test('a user of the cache that is not there is a failure without the password', async () => {
    const users = openCacheUsers({ region: 'us-east-1', signal })
    const failure = await users.setPassword('nobody', 'canary-password-1').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CACHE_USER_UNCHANGED', why: ['ElastiCache answered UserNotFound'] })
    expect(JSON.stringify(failure)).not.toContain('canary')
  })
})
