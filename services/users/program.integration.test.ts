import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import type { UsersTables } from './schema.ts'
import { post, testPrivateKey } from './testing/test-users.ts'
import { usersService } from './users-service.ts'

const keysFile = join(tmpdir(), `shop-test-keys-${process.pid}.json`)
let empty: TestDatabase<UsersTables>
let migrated: TestDatabase<UsersTables>
const started: ChildProcess[] = []

beforeAll(async () => {
  await writeFile(keysFile, JSON.stringify([testPrivateKey('one')]), { mode: 0o600 })
  empty = await testDatabase<UsersTables>([])
  migrated = await testDatabase<UsersTables>(usersService.migrations)
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  await Promise.all([empty.drop(), migrated.drop(), rm(keysFile)])
})

const base = {
  SHOP_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  METRICS_PORT: '0',
  JWT_PRIVATE_KEYS_FILE: keysFile,
  TOKEN_KEY: 'the key of the tests, of 32 characters or more',
  PUBLIC_BASE_URL: 'https://shop.test',
}

function start(words: readonly string[], settings: Readonly<Record<string, string>>): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, ...words], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

async function run(words: readonly string[], settings: Readonly<Record<string, string>>) {
  const child = start(words, settings)
  if (child.stdout === null || child.stderr === null) throw new Error('no output')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

const line = z.looseObject({ level: z.string().optional(), message: z.string().optional() })
const lines = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((entry) => line.parse(JSON.parse(entry)))

/** A serving process: where it listens, what it has logged so far, and how it ended. */
async function serve(settings: Readonly<Record<string, string>>) {
  const child = start([], settings)
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
  })
  const ended = once(child, 'exit').then(([code]) => z.number().nullable().parse(code))
  const ports = z.object({ port: z.int(), metrics_port: z.int() })
  const listening = () =>
    (output.includes('\n') ? lines(output.slice(0, output.lastIndexOf('\n'))) : []).find(
      (entry) => entry.message === 'listening',
    )
  await expect.poll(listening, { timeout: 10_000 }).toBeDefined()
  const { port, metrics_port } = ports.parse(listening())
  return {
    child,
    ended,
    url: `http://127.0.0.1:${port}`,
    metrics: `http://127.0.0.1:${metrics_port}/metrics`,
    log: () => output,
  }
}

test('settings that are refused are one FATAL line, and exit code 78 before any port opens', async () => {
  const { code, stdout } = await run([], { SHOP_ENV: 'moon', PORT: 'canary' })
  expect(code).toBe(78)
  const [fatal, ...rest] = lines(stdout)
  expect(rest).toEqual([])
  expect(fatal?.level).toBe('FATAL')
  for (const name of ['SHOP_ENV', 'PORT', 'DATABASE_URL', 'JWT_PRIVATE_KEYS']) expect(fatal?.message).toContain(name)
  expect(stdout).not.toContain('canary')
})

test('a word that is no command is wrong usage', async () => {
  expect(await run(['serv'], {})).toMatchObject({ code: 64, stdout: '' })
})

test('migrate plans, applies once, and tells what was applied', async () => {
  const settings = { MIGRATION_DATABASE_URL: empty.url }
  const names = async (word?: string) => {
    const { code, stdout } = await run(word === undefined ? ['migrate'] : ['migrate', word], settings)
    return [code, stdout === '' ? [] : lines(stdout).map(({ event, name }) => [event, name])]
  }
  const all = (event: string) => usersService.migrations.map(({ name }) => [event, name])
  expect(await names('--plan')).toEqual([0, all('pending')])
  expect(await names()).toEqual([0, [...all('applied'), ['current', undefined]]])
  expect(await names('--plan')).toEqual([0, []])
  expect(await names()).toEqual([0, [['current', undefined]]])
  expect(await names('--applied')).toEqual([0, all('applied-before')])
})

test('seed makes two users once, whose passwords work, and never in production', async () => {
  const passwords = { SEED_CUSTOMER_PASSWORD: 'customer canary', SEED_ADMIN_PASSWORD: 'admin canary' }
  const settings = { ...base, ...passwords, DATABASE_URL: migrated.url }
  const rows = () => migrated.kysely.selectFrom('users').selectAll().orderBy('email').execute()
  expect(await run(['seed'], settings)).toMatchObject({ code: 0, stderr: '' })
  const first = await rows()
  expect(first.map(({ email, role, verified }) => [email, role, verified])).toEqual([
    ['admin@shop.example', 'admin', true],
    ['demo@shop.example', 'user', true],
  ])
  const again = await run(['seed'], settings)
  expect(await rows()).toEqual(first)
  expect(again.stdout).not.toContain('canary')
  expect((await run(['seed'], { ...settings, SHOP_ENV: 'prod' })).code).toBe(78)
})

test('it serves, says it is ready, and ends with 0 when told to', async () => {
  const service = await serve({ ...base, DATABASE_URL: migrated.url, AUTH_UNVERIFIED_LOGIN: 'allow' })
  expect((await fetch(`${service.url}/health?check=ready`)).status).toBe(200)
  const account = { email: 'ada@program.example', password: 'correct horse battery' }
  expect((await fetch(`${service.url}/api/v1/auth/register`, post({ ...account, name: 'Ada' }))).status).toBe(202)
  expect((await fetch(`${service.url}/api/v1/auth/login`, post(account))).status).toBe(200)
  expect(await (await fetch(service.metrics)).text()).toContain('logins_total{result="ok"} 1')
  expect((await fetch(`${service.url}/metrics`)).status).toBe(404)

  service.child.kill('SIGTERM')
  expect(await service.ended).toBe(0)
  expect(lines(service.log()).at(-1)?.message).toBe('ended')
  expect(service.log()).toContain('"bytes":')
})

test('while it waits to be forgotten it answers, but is not ready; a second signal ends it at once', async () => {
  const service = await serve({ ...base, DATABASE_URL: migrated.url, SHUTDOWN_DELAY: '60' })
  service.child.kill('SIGTERM')
  const status = async (path: string) => (await fetch(`${service.url}${path}`)).status
  await expect.poll(() => status('/health?check=ready')).toBe(503)
  expect(await status('/health')).toBe(200)
  service.child.kill('SIGTERM')
  expect(await service.ended).toBe(1)
})

test('it is not ready until its migrations are current, and then is without a restart', async () => {
  const fresh = await testDatabase<UsersTables>([])
  const service = await serve({ ...base, DATABASE_URL: fresh.url })
  const ready = async () => (await fetch(`${service.url}/health?check=ready`)).status
  expect(await ready()).toBe(503)
  expect((await run(['migrate'], { DATABASE_URL: fresh.url })).code).toBe(0)
  await expect.poll(ready, { timeout: 10_000 }).toBe(200)
  await fresh.drop()
  await expect.poll(ready, { timeout: 10_000 }).toBe(503)
  expect((await fetch(`${service.url}/health`)).status).toBe(200)
})

test('a port that is taken is said in one FATAL line', async () => {
  const service = await serve({ ...base, DATABASE_URL: migrated.url })
  const { code, stdout } = await run([], { ...base, DATABASE_URL: migrated.url, PORT: new URL(service.url).port })
  expect(code).toBe(1)
  expect(lines(stdout).at(-1)).toMatchObject({ level: 'FATAL', message: expect.stringContaining('EADDRINUSE') })
})

test('connections that the database kills do not end the process', async () => {
  const service = await serve({ ...base, DATABASE_URL: migrated.url })
  const ready = async () => (await fetch(`${service.url}/health?check=ready`)).status
  expect(await ready()).toBe(200)
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(migrated.kysely)
  await expect.poll(ready, { timeout: 5_000 }).toBe(200)
  expect(service.child.exitCode).toBeNull()
})
