import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { newSigningKeys } from '../platforms/new-secrets.ts'
import { canariesIn, plantCanary } from './canary.ts'
import { copyRepository } from './copy-repository.ts'
import { type ProcessWatch, watchProcesses } from './process-watch.ts'
import { type CommandOptions, type CommandResult, startCommand } from './running-command.ts'
import { startStandingCluster } from './standing-cluster.ts'

const endpoint = process.env.AWS_ENDPOINT_URL
const title = `secrets in AWS${endpoint ? '' : ' (AWS_ENDPOINT_URL names no emulator)'}`

const planted = {
  database: plantCanary("the password of orders' database"),
  mail: plantCanary('a password of the mail server'),
  file: plantCanary('a setting of the encrypted file'),
  given: plantCanary('a password that the release was given'),
  broken: plantCanary('a value in a secret of another form'),
  typed: plantCanary('a value typed in place of a name'),
}
const everything = Object.values(planted)

const documentSchema = z.object({ ok: z.boolean(), exitCode: z.int(), result: z.unknown() })
const listSchema = z.object({
  secrets: z.array(z.object({ service: z.string(), name: z.string(), source: z.string() })),
  aws: z.object({ secrets: z.array(z.object({ name: z.string(), value: z.string() })) }),
})
const diffSchema = z.object({ differences: z.array(z.object({ service: z.string(), name: z.string() })) })

describe.skipIf(!endpoint)(title, () => {
  const account = String(randomInt(1e11, 1e12))
  const aws = {
    AWS_ENDPOINT_URL: endpoint ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const env = ['--env', 'staging'] as const
  let copy: Awaited<ReturnType<typeof copyRepository>>
  let cluster: Awaited<ReturnType<typeof startStandingCluster>>
  let client: SecretsManagerClient
  let processes: ProcessWatch
  /** Private parts of keys: made by the program, and so no canary that was planted. */
  const keys: string[] = []

  const run = (words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
    const { PATH = '/usr/bin:/bin' } = process.env
    const home = { PATH, HOME: join(copy.root, '..', 'home'), LANG: 'C.UTF-8' }
    const program = join(copy.root, 'bin', 'shopctl')
    const call = {
      program,
      args: ['secrets', ...words],
      cwd: copy.root,
      env: { ...home, ...aws, ...cluster.env, ...options.env },
    }
    return startCommand(call, options).result()
  }
  /** Runs a command, and shows that it says no secret. */
  const quiet = async (words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
    const result = await run(words, options)
    const text = `${result.stdout}\n${result.stderr}`
    expect(canariesIn(text, everything), text).toEqual([])
    expect(
      keys.filter((key) => text.includes(key)),
      text,
    ).toEqual([])
    return result
  }
  const put = (name: string, value: unknown) => {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value)
    return client.send(new CreateSecretCommand({ Name: `shop/staging/${name}`, SecretString }))
  }
  const textOf = async (name: string): Promise<string> =>
    (await client.send(new GetSecretValueCommand({ SecretId: `shop/staging/${name}` }))).SecretString ?? ''
  const rememberKeys = async () => {
    const held = z.array(z.looseObject({ d: z.string() })).parse(JSON.parse(await textOf('jwt-signing-keys')))
    keys.push(...held.map(({ d }) => d))
    return held.length
  }

  beforeAll(async () => {
    copy = await copyRepository()
    client = new SecretsManagerClient({
      region: 'us-east-1',
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
    })
    const password = planted.database.secret
    await put('database-orders', { username: 'orders_app_b', password, host: 'db', port: 5432, dbname: 'orders' })
    for (const service of ['users', 'catalog'])
      await put(`database-${service}`, { username: `${service}_app_b`, password, host: 'db', dbname: service })
    await put('jwt-signing-keys', newSigningKeys())
    await put('mail', { MAIL_HOST: 'mail.example' })
    const shared = { SERVICE_CLIENT_SECRET: 'w'.repeat(32), CURSOR_KEY: 'c'.repeat(32) }
    await put('api-keys', { 'users.TOKEN_KEY': 'k'.repeat(32), ...shared })
    const RotationRules = { AutomaticallyAfterDays: 30 }
    const RotationLambdaARN = `arn:aws:lambda:us-east-1:${account}:function:shop-prod-rotation`
    const SecretId = 'shop/staging/database-orders'
    await client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN, RotationRules }))
    const given = `postgres://orders_app_a:${encodeURIComponent(planted.given.secret)}@db:5432/orders`
    const JWT_PRIVATE_KEYS = await textOf('jwt-signing-keys')
    cluster = await startStandingCluster(join(copy.root, '..'), {
      users: { DATABASE_URL: given, JWT_PRIVATE_KEYS },
      catalog: { DATABASE_URL: given, OLD_KEY: planted.given.secret },
      orders: { DATABASE_URL: given },
    })
    await rememberKeys()
    processes = watchProcesses()
  })
  afterAll(async () => {
    processes.stop()
    client.destroy()
    await cluster.close()
    await copy.remove()
  })

  test('a value from standard input goes where it is told to, and it is said where that is', async () => {
    const inAws = await quiet(['set', 'MAIL_PASSWORD', ...env, '--service', 'orders', '--in', 'aws'], {
      input: planted.mail.secret,
    })
    expect(inAws).toMatchObject({ code: 0, stdout: expect.stringContaining('kept in AWS, in shop/staging/mail') })
    const inFile = await quiet(['set', 'GEO_KEY', ...env, '--json'], { input: planted.file.secret })
    expect(inFile).toMatchObject({ code: 0, stdout: expect.stringContaining('staging.age') })
    expect(JSON.parse(await textOf('mail'))).toEqual({
      MAIL_HOST: 'mail.example',
      'orders.MAIL_PASSWORD': planted.mail.secret,
    })
  })

  test('the list has both places and what AWS says of its secrets, for people and for programs', async () => {
    expect((await quiet(['list', ...env])).stdout).toMatch(/MAIL_PASSWORD .*shop\/staging\/mail[\s\S]*IN AWS/)
    const { result } = documentSchema.parse(JSON.parse((await quiet(['list', ...env, '--json'])).stdout))
    const { secrets, aws: found } = listSchema.parse(result)
    expect(secrets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['GEO_KEY', 'MAIL_PASSWORD', 'DATABASE_URL']),
    )
    expect(found.secrets).toContainEqual({ name: 'shop/staging/jwt-signing-keys', value: 'there' })
  })

  test('one value is shown to who asks for just that, and nothing else with it', async () => {
    const about = ['get', 'MAIL_PASSWORD', ...env]
    expect(await quiet(about)).toMatchObject({ code: 0, stdout: expect.stringContaining('shop/staging/mail') })
    expect(await quiet([...about, '--json'])).toMatchObject({ code: 0 })
    expect(await quiet([...about, '--json', '--reveal'])).toMatchObject({ code: 64 })
    expect(await run([...about, '--reveal'])).toMatchObject({ code: 0, stdout: `${planted.mail.secret}\n`, stderr: '' })
    const url = await run(['get', 'DATABASE_URL', ...env, '--service', 'orders', '--reveal'])
    expect(new URL(url.stdout.trim()).password).toBe(encodeURIComponent(planted.database.secret))
    expect(await quiet(['get', 'NOTHING', ...env, '--reveal'])).toMatchObject({ code: 3 })
  })

  test('a new signing key goes before the old one, and the old one stays while it may be of use', async () => {
    const events = join(copy.root, '..', 'rotate.jsonl')
    const rotate = ['rotate', 'jwt-signing-keys', ...env, '--kube-context', 'standing']
    expect(await quiet(rotate)).toMatchObject({ code: 3, stderr: expect.stringContaining('NOT_CONFIRMED') })
    expect(await quiet([...rotate, '--yes', '--events', events])).toMatchObject({ code: 0 })
    expect(canariesIn(await readFile(events, 'utf8').catch(() => ''), everything)).toEqual([])
    expect(await rememberKeys()).toBe(2)
    const finish = await quiet([...rotate, '--finish', '--yes'])
    expect(finish).toMatchObject({ code: 3, stderr: expect.stringContaining('does not sign with the newest key yet') })
    expect(await rememberKeys()).toBe(2)
  })

  test('a database is not rotated under pods that would lose their login, and mail not at all', async () => {
    const rotate = (name: string) => quiet(['rotate', name, ...env, '--kube-context', 'standing', '--yes', '--json'])
    expect(await rotate('database-orders')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('runs with the login orders_app_a'),
    })
    expect(await rotate('mail')).toMatchObject({ code: 3, stdout: expect.stringContaining('ROTATION_BY_HAND') })
  })

  test('what differs from the running release is told by name, with exit 2', async () => {
    const diff = ['diff', ...env, '--kube-context', 'standing']
    expect(await quiet(diff)).toMatchObject({ code: 2, stdout: expect.stringContaining('MAIL_PASSWORD') })
    const told = await quiet([...diff, '--json'])
    const { differences } = diffSchema.parse(documentSchema.parse(JSON.parse(told.stdout)).result)
    expect(differences.filter(({ service }) => service === 'catalog').map(({ name }) => name)).toEqual([
      'CURSOR_KEY',
      'DATABASE_URL',
      'GEO_KEY',
      'MAIL_HOST',
      'OLD_KEY',
      'SERVICE_CLIENT_SECRET',
    ])
  })

  test('a secret of another form, and a value typed for a name, are not said again', async () => {
    await put('payment-provider', `{"PAYMENT_KEY": ${planted.broken.secret}`)
    expect(await quiet(['list', ...env])).toMatchObject({ code: 0, stdout: expect.stringContaining('unreadable') })
    expect(await quiet(['diff', ...env, '--kube-context', 'standing'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('SECRET_INVALID'),
    })
    const setting = await quiet(['set', 'PAYMENT_KEY', ...env, '--in', 'aws'], { input: planted.typed.secret })
    expect(setting).toMatchObject({ code: 3 })
    expect(await quiet(['set', 'GEO_KEY=x', ...env])).toMatchObject({ code: 64 })
  })

  test('no process list held a secret', () => {
    const held = [...processes.commandLines].filter((words) => canariesIn(words, everything).length > 0)
    expect(held).toEqual([])
  })
})
