import { randomBytes } from 'node:crypto'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchAwsSecrets } from './aws-secrets.ts'

const endpoint = process.env.AWS_ENDPOINT_URL
const title = `Secrets Manager${endpoint ? '' : ' (AWS_ENDPOINT_URL names no emulator)'}`

describe.skipIf(!endpoint)(title, () => {
  const region = process.env.AWS_REGION ?? 'us-east-1'
  const prefix = `shop/test-${randomBytes(4).toString('hex')}/`
  const place = { environment: 'staging', region, prefix }
  const signal = AbortSignal.timeout(25_000)
  const database = { username: 'app', password: 'canary-4711', host: 'db', port: 5432, dbname: 'orders' }
  const made: string[] = []
  let client: SecretsManagerClient

  const put = async (name: string, value: unknown) => {
    const Name = `${prefix}${name}`
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value)
    if (made.includes(Name)) return client.send(new PutSecretValueCommand({ SecretId: Name, SecretString }))
    made.push(Name)
    return client.send(new CreateSecretCommand({ Name, SecretString }))
  }

  beforeAll(() => {
    client = new SecretsManagerClient({ region })
  })
  afterAll(async () => {
    for (const SecretId of made)
      await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
    client.destroy()
  })

  test('what is not there is left out, what is there is found with where it came from', async () => {
    expect(await fetchAwsSecrets(place, signal)).toEqual([])
    await put('database-orders', database)
    await put('api-keys', { MAIL_KEY: 'mail' })
    const found = await fetchAwsSecrets(place, signal)
    expect(found.map(({ service, name, origin }) => [service, name, origin])).toEqual([
      ['orders', 'DATABASE_URL', `Secrets Manager ${prefix}database-orders`],
      ['*', 'MAIL_KEY', `Secrets Manager ${prefix}api-keys`],
    ])
    expect(found[0]?.value).toContain('app:canary-4711@db:5432/orders')
  })

  test('another form is refused with the name of the secret and without its value', async () => {
    await put('database-orders', { ...database, host: 1 })
    const failure = await fetchAwsSecrets(place, signal).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'SECRET_INVALID',
      exitCode: 3,
      message: expect.stringContaining(`${prefix}database-orders`),
      why: ['host is missing or not as it should be'],
    })
    // What did not parse would be quoted in it.
    expect(failure).not.toHaveProperty('cause')
    expect(JSON.stringify(failure)).not.toContain('canary')
  })

  test('an interrupt ends the question', async () => {
    const interrupted = AbortSignal.abort(new Error('Ctrl-C'))
    await expect(fetchAwsSecrets(place, interrupted)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})

test('a place that nobody answers is a refusal, not a bug', async ({ onTestFinished }) => {
  const kept = { ...process.env }
  onTestFinished(() => {
    process.env = kept
  })
  process.env = { ...kept, AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
  const place = { environment: 'staging', region: 'us-east-1', prefix: 'shop/staging/' }
  await expect(fetchAwsSecrets(place, AbortSignal.timeout(20_000))).rejects.toMatchObject({
    code: 'SECRETS_UNREACHABLE',
    exitCode: 3,
  })
})
