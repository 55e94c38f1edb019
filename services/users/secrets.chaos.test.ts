import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MailServer, startMailServer } from '../kit/mail/testing/mail-server.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import type { UsersTables } from './schema.ts'
import { findCanaries, type Place } from './testing/canaries.ts'
import { loginAnswer, post, testPrivateKey } from './testing/test-users.ts'
import { usersService } from './users-service.ts'

/** With what must be escaped in URLs and JSON, so that every form is another. */
const secret = () => `Canary/${randomBytes(9).toString('hex')}+ü"`
const plainSecret = () => `canary${randomBytes(16).toString('hex')}`
const canaries = {
  password: secret(),
  'second password': secret(),
  'third password': secret(),
  'wrong password': secret(),
  'token key': plainSecret(),
  'client secret': plainSecret(),
  'wrong client secret': plainSecret(),
  'password of the database': plainSecret(),
  'password of the mail server': plainSecret(),
  'wrong mail token': randomBytes(32).toString('base64url'),
  'wrong refresh token': randomBytes(32).toString('base64url'),
}
const signingKey = testPrivateKey('one')
let database: TestDatabase<UsersTables>
let mailServer: MailServer
let collector: { readonly url: string; text(): string; close(): void }
const processes: ServiceProcess[] = []

beforeAll(async () => {
  database = await testDatabase<UsersTables>(usersService.migrations)
  mailServer = await startMailServer()
  collector = await startCollector()
  const url = new URL(database.url)
  url.password = canaries['password of the database']
  const secret_sha256 = createHash('sha256').update(canaries['client secret']).digest('hex')
  const settings = {
    DATABASE_URL: url.href,
    JWT_PRIVATE_KEYS: JSON.stringify([signingKey]),
    TOKEN_KEY: canaries['token key'],
    SERVICE_CLIENTS: JSON.stringify([{ id: 'order-management', secret_sha256 }]),
    PUBLIC_BASE_URL: 'https://shop.test',
    SMTP_URL: mailServer.url.replace('//', `//shop:${canaries['password of the mail server']}@`),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    LOG_LEVEL: 'debug',
  }
  const main = join(import.meta.dirname, 'main.ts')
  processes.push(...(await Promise.all([startService(main, settings), startService(main, settings)])))
})
afterAll(async () => {
  await Promise.all(processes.map((service) => service.kill()))
  await mailServer.stop()
  collector.close()
  await database.drop()
})

/** Keeps what is sent to it, as a trace collector would. */
async function startCollector() {
  const kept: string[] = []
  const server = http.createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      kept.push(body.toString('utf8'))
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = addressOf(server.address())
  return { url: `http://127.0.0.1:${port}`, text: () => kept.join('\n'), close: () => void server.close() }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the collector has no port')
  return address
}

/** Of what no caller brings about here: events that were heard, that nobody could handle, or that somebody repeated. */
const mayBeEmpty = new Set(
  ['login_failures', 'processed_events', 'event_attempts', 'dead_events', 'event_actions', 'projection_versions'].map(
    (name) => `table ${name}`,
  ),
)

/** Bodies of every answer but those whose purpose is to hand out a token. */
const answers: string[] = []
let turn = 0
async function call(path: string, init: RequestInit, expected: number): Promise<string> {
  turn += 1
  // A caller that traces, so that none is left out by chance.
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  const headers = { ...Object.fromEntries(new Headers(init.headers)), traceparent }
  const response = await fetch(`${processes[turn % 2]?.url}${path}`, { ...init, headers })
  const body = await response.text()
  if (!body.includes('"access_token"')) answers.push(body)
  expect([path, response.status, body]).toEqual([path, expected, body])
  return body
}
const auth = (name: string, body: unknown, expected: number) => call(`/api/v1/auth/${name}`, post(body), expected)
const tokenMailedTo = async (email: string, count: number): Promise<string> => {
  const mails = () => mailServer.mails.filter(({ to, token }) => to[0] === email && token !== null)
  await expect.poll(() => mails().length, { timeout: 20_000 }).toBe(count)
  return mails().at(-1)?.token ?? ''
}

async function dump(): Promise<readonly Place[]> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(database.kysely)
  return Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await sql<{ text: string | null }>`
        select string_agg(t::text, E'\n') as text from ${sql.table(name)} as t`.execute(database.kysely)
      return { name: `table ${name}`, text: rows[0]?.text ?? '' }
    }),
  )
}

test('A10: no secret is found in logs, tables, traces, metrics or answers, also where something fails', async () => {
  const email = 'canary-ada@secrets.example'
  const { password, 'second password': second, 'third password': third, 'wrong password': wrong } = canaries
  const registration = { email, name: 'Canary Ada', password }
  const wrongToken = canaries['wrong mail token']

  // What cannot be parsed, is not valid, or comes too soon.
  const broken = { ...post({}), body: `{"password":"${wrong}", "token":"${wrongToken}",` }
  for (const name of ['register', 'login', 'reset-password', 'refresh']) await call(`/api/v1/auth/${name}`, broken, 400)
  await auth('register', { ...registration, [wrong]: wrong }, 422)
  await auth('register', { ...registration, email: `${wrong}@x.io` }, 422)
  await auth('register', registration, 202)
  const verification = await tokenMailedTo(email, 1)
  await auth('register', { ...registration, password: second }, 202)
  await auth('login', { email, password }, 401)
  await auth('verify-email', { token: wrongToken }, 400)
  const firstReset = await tokenMailedTo(email, 2)
  await auth('reset-password', { token: firstReset, password: second }, 204)

  const tokens = loginAnswer.parse(JSON.parse(await auth('login', { email, password: second }, 200)))
  const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
  await call('/api/v1/users/me', bearer, 200)
  await call('/api/v1/users/me', { headers: { authorization: `Bearer ${tokens.access_token.slice(0, -2)}AA` } }, 401)
  const change = (current_password: string, new_password: string) => ({
    ...post({ current_password, new_password }),
    headers: { ...post({}).headers, ...bearer.headers },
  })
  await call('/api/v1/users/change-password', change(wrong, third), 422)
  await call('/api/v1/users/change-password', change(second, third), 204)

  const refresh = (refresh_token: string, expected: number) => auth('refresh', { refresh_token }, expected)
  const renewed = loginAnswer.parse(JSON.parse(await refresh(tokens.refresh_token, 200)))
  await refresh(canaries['wrong refresh token'], 401)
  await sql`update refresh_tokens set used_at = used_at - interval '1 minute' where used_at is not null`.execute(
    database.kysely,
  )
  await refresh(tokens.refresh_token, 401)

  mailServer.be({ code: 550, at: 'data' })
  await auth('forgot-password', { email }, 202)
  const refused = async () => {
    const { rows } =
      await sql`select id from notifications where template = 'reset' and last_error like '550 %'`.execute(
        database.kysely,
      )
    return rows.length
  }
  await expect.poll(refused, { timeout: 20_000 }).toBe(1)
  mailServer.be('well')
  await auth('forgot-password', { email }, 202)
  const secondReset = await tokenMailedTo(email, 3)

  const wish = { audience: 'user-management' }
  const basic = (given: string) => ({
    authorization: `Basic ${Buffer.from(`order-management:${given}`).toString('base64')}`,
  })
  await call('/internal/v1/service-token', post(wish, basic(canaries['wrong client secret'])), 401)
  const issued = await call('/internal/v1/service-token', post(wish, basic(canaries['client secret'])), 200)
  const serviceToken = /"access_token":"([^"]+)"/.exec(issued)?.[1] ?? ''
  expect(serviceToken).not.toBe('')

  // Bugs: the statement fails with all its parameters.
  const bugs = [
    { table: 'user_sessions', login: 500, register: 202 },
    { table: 'notifications', login: 200, register: 500 },
    { table: 'audit_logs', login: 500, register: 500 },
  ]
  for (const { table, login, register } of bugs) {
    await sql`alter table ${sql.table(table)} rename to gone`.execute(database.kysely)
    await auth('login', { email, password: third }, login)
    await auth('register', { ...registration, email: `${table.replace('_', '-')}@secrets.example` }, register)
    await auth('reset-password', { token: secondReset, password }, 500)
    await sql`alter table gone rename to ${sql.id(table)}`.execute(database.kysely)
  }
  await auth('reset-password', { token: secondReset, password }, 204)
  await expect.poll(() => collector.text().includes('reset-password'), { timeout: 20_000 }).toBe(true)

  const metrics = await Promise.all(processes.map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()))
  const places = [
    ...processes.map((service, index) => ({
      name: `log ${index}`,
      text: service
        .lines()
        .map((line) => JSON.stringify(line))
        .join('\n'),
    })),
    ...metrics.map((text, index) => ({ name: `metrics ${index}`, text })),
    ...(await dump()),
    { name: 'traces', text: collector.text() },
    { name: 'answers', text: answers.join('\n') },
  ]
  const found = {
    ...canaries,
    'access token': tokens.access_token,
    'renewed access token': renewed.access_token,
    'refresh token': tokens.refresh_token,
    'renewed refresh token': renewed.refresh_token,
    'verification token': verification,
    'mail token': firstReset,
    'second mail token': secondReset,
    'tail of a mail token': secondReset.slice(6),
    'service token': serviceToken,
    'signature of an access token': tokens.access_token.split('.')[2] ?? '',
    'private half of the signing key': String(signingKey.d),
  }
  const empty = places.filter(({ text }) => text === '').map(({ name }) => name)
  expect(empty.filter((name) => !mayBeEmpty.has(name))).toEqual([])
  expect(findCanaries(found, places)).toEqual([])
  expect(
    findCanaries(
      { address: email, name: 'Canary Ada' },
      places.filter(({ name }) => /outbox|trace|metrics/.test(name)),
    ),
  ).toEqual([])
  const logs = places.filter(({ name }) => name.startsWith('log')).map(({ text }) => text)
  expect(logs.join('\n'), 'the link is shown, cut').toMatch(/mail reset sent: https:\S+token=[\w-]{6}…/)
})

test('two processes send each mail once', async () => {
  const addresses = Array.from({ length: 24 }, (_, index) => `twice-${index}@secrets.example`)
  // Few at once: a busy machine may not have more hashes ready in time.
  for (let start = 0; start < addresses.length; start += 4) {
    const few = addresses.slice(start, start + 4)
    await Promise.all(
      few.map((email) => auth('register', { email, name: 'Ada', password: 'correct horse battery' }, 202)),
    )
  }
  const received = () => mailServer.mails.flatMap(({ to }) => to).filter((address) => address.startsWith('twice-'))
  await expect.poll(() => received().length, { timeout: 30_000 }).toBe(24)
  const states = async () => {
    const { rows } =
      await sql`select distinct state, attempts from notifications n join users u on u.id = n.recipient_id
      where u.email like 'twice-%'`.execute(database.kysely)
    return rows
  }
  await expect.poll(states, { timeout: 10_000 }).toEqual([{ state: 'sent', attempts: 1 }])
  expect(received().sort()).toEqual(addresses.sort())
})

test('a process that is told to end lets the mail that it is sending arrive, and sends no other', async () => {
  const [service] = processes
  mailServer.be('well')
  await auth('register', { email: 'last@secrets.example', name: 'Ada', password: 'correct horse battery' }, 202)
  for (const { signal } of processes) signal('SIGTERM')
  expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0])
  expect(service?.lines().at(-1)?.message).toBe('ended')
  const { rows } = await sql`select n.state from notifications n join users u on u.id = n.recipient_id
    where u.email = 'last@secrets.example' and n.state = 'sending'`.execute(database.kysely)
  expect(rows, 'none is left half sent').toEqual([])
})
