import { createHash, randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { migrate } from '../kit/migrate.ts'
import type { TestApp } from '../kit/testing/test-app.ts'
import { type AuditAction, auditActions } from './audit-entry.ts'
import { createMailedTokens } from './mailed-token.ts'
import { addAccount, signedIn, type TestAccount, testPassword } from './testing/test-accounts.ts'
import { loginAnswer, post, type TestUsers, testSettings, testUsers } from './testing/test-users.ts'
import { usersService } from './users-service.ts'

const secret = 'the secret of a client of the tests'
const serviceClients = [{ id: 'order-management', secret_sha256: createHash('sha256').update(secret).digest('hex') }]
const keys = testSettings().JWT_PRIVATE_KEYS
const tokens = createMailedTokens(testSettings().TOKEN_KEY)
let users: TestUsers
let service: TestApp
let admin: TestAccount
beforeAll(async () => {
  users = await testUsers()
  service = await users.open({
    TRUSTED_PROXY_HOPS: '1',
    RATE_LIMIT_REQUESTS: '1000000',
    SERVICE_CLIENTS: JSON.stringify(serviceClients),
  })
  admin = await addAccount(users.kysely, 'admin@audit.example', { role: 'admin' })
})
afterAll(() => users.close())

let next = 0
const freshEmail = () => `audit${++next}@audit.example`
const freshAccount = () => addAccount(users.kysely, freshEmail())
const run = (statement: RawBuilder<unknown>) => statement.execute(users.kysely)

/** A request that will be sent twice: while the trail refuses rows, and when it takes them. */
type Ready = {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
type Expected = { readonly actor: string; readonly target: string; readonly user_id: string | null }
type Case = { readonly actions: readonly AuditAction[]; prepare(): Promise<readonly [Ready, Expected]> }

const auth = (path: string) => `/api/v1/auth/${path}`
const about = ({ id }: TestAccount, changes: Partial<Expected> = {}): Expected => {
  return { actor: `user:${id}`, target: `user:${id}`, user_id: id, ...changes }
}
const loggedIn = async (account: TestAccount) =>
  loginAnswer.parse(
    await (await service.app.request(auth('login'), post({ email: account.email, password: testPassword }))).json(),
  )
const asAdmin = () => signedIn(users.kysely, { account: admin, role: 'admin', keys })

const cases: readonly Case[] = [
  {
    actions: ['register'],
    async prepare() {
      const email = freshEmail()
      const target = expect.stringMatching(/^user:[0-9a-f-]{36}$/)
      const expected = { actor: 'anonymous', target, user_id: expect.any(String) }
      return [{ path: auth('register'), body: { email, name: 'Ada', password: testPassword } }, expected]
    },
  },
  {
    actions: ['verify'],
    async prepare() {
      const account = await addAccount(users.kysely, freshEmail(), { verified: false })
      const token = tokens.tokenOf('verify', account.id)
      await run(sql`
        update users set verification_token_hash = sha256(${token}), verification_expires_at = now() + interval '1 h'
        where id = ${account.id}`)
      return [{ path: auth('verify-email'), body: { token } }, about(account, { actor: expect.any(String) })]
    },
  },
  {
    actions: ['login'],
    async prepare() {
      const account = await freshAccount()
      const target = expect.stringMatching(/^session:[0-9a-f-]{36}$/)
      return [
        { path: auth('login'), body: { email: account.email, password: testPassword } },
        about(account, { target }),
      ]
    },
  },
  {
    actions: ['login_failed'],
    async prepare() {
      const account = await freshAccount()
      const expected = about(account, { actor: 'anonymous' })
      return [{ path: auth('login'), body: { email: account.email, password: 'canary password' } }, expected]
    },
  },
  {
    actions: ['login_failed', 'lock'],
    async prepare() {
      const account = await freshAccount()
      const body = { email: account.email, password: 'canary password' }
      for (let guess = 0; guess < 4; guess += 1) await service.app.request(auth('login'), post(body))
      return [{ path: auth('login'), body }, about(account, { actor: 'anonymous' })]
    },
  },
  {
    actions: ['logout'],
    async prepare() {
      const account = await freshAccount()
      const headers = await signedIn(users.kysely, { account, keys })
      return [
        { path: auth('logout'), body: {}, headers },
        about(account, { target: expect.stringMatching(/^session:/) }),
      ]
    },
  },
  {
    actions: ['refresh_reuse'],
    async prepare() {
      const account = await freshAccount()
      const { refresh_token } = await loggedIn(account)
      await service.app.request(auth('refresh'), post({ refresh_token }))
      await run(sql`
        update refresh_tokens set used_at = now() - interval '1 h', created_at = now() - interval '2 h'
        where user_id = ${account.id} and used_at is not null`)
      const expected = about(account, { actor: expect.any(String), target: expect.any(String) })
      return [{ path: auth('refresh'), body: { refresh_token } }, expected]
    },
  },
  {
    actions: ['forgot'],
    async prepare() {
      const account = await freshAccount()
      const expected = about(account, { actor: 'anonymous' })
      return [{ path: auth('forgot-password'), body: { email: account.email } }, expected]
    },
  },
  {
    actions: ['reset'],
    async prepare() {
      const account = await freshAccount()
      const token = tokens.tokenOf('reset', account.id)
      await run(sql`
        insert into password_reset_tokens (id, user_id, token_hash, expires_at)
        values (${account.id}, ${account.id}, sha256(${token}), now() + interval '1 h')`)
      const body = { token, password: 'canary new password' }
      return [{ path: auth('reset-password'), body }, about(account, { actor: 'anonymous' })]
    },
  },
  {
    actions: ['password_change'],
    async prepare() {
      const account = await freshAccount()
      const headers = await signedIn(users.kysely, { account, keys })
      const body = { current_password: testPassword, new_password: 'canary new password' }
      return [{ path: '/api/v1/users/change-password', body, headers }, about(account)]
    },
  },
  {
    actions: ['password_change_failed'],
    async prepare() {
      const account = await freshAccount()
      const headers = await signedIn(users.kysely, { account, keys })
      const body = { current_password: 'canary password', new_password: 'canary new password' }
      return [{ path: '/api/v1/users/change-password', body, headers }, about(account)]
    },
  },
  {
    actions: ['profile_change'],
    async prepare() {
      const account = await freshAccount()
      const headers = await signedIn(users.kysely, { account, keys })
      return [{ method: 'PUT', path: '/api/v1/users/me', body: { name: 'Canary' }, headers }, about(account)]
    },
  },
  {
    actions: ['role_change'],
    async prepare() {
      const account = await freshAccount()
      const path = `/api/v1/users/${account.id}/role`
      const request = { method: 'PUT', path, body: { role: 'admin' }, headers: await asAdmin() }
      return [request, about(account, { actor: `user:${admin.id}` })]
    },
  },
  {
    actions: ['status_change'],
    async prepare() {
      const account = await freshAccount()
      const path = `/api/v1/users/${account.id}/status`
      const request = { method: 'PUT', path, body: { status: 'disabled' }, headers: await asAdmin() }
      return [request, about(account, { actor: `user:${admin.id}` })]
    },
  },
  {
    actions: ['close'],
    async prepare() {
      const account = await freshAccount()
      const headers = await signedIn(users.kysely, { account, keys })
      return [{ method: 'DELETE', path: '/api/v1/users/me', headers }, about(account)]
    },
  },
  {
    actions: ['service_token_refused'],
    async prepare() {
      const basic = Buffer.from('order-management:canary secret').toString('base64')
      const headers = { authorization: `Basic ${basic}` }
      const request = { path: '/internal/v1/service-token', body: { audience: 'product-catalog' }, headers }
      return [request, { actor: 'anonymous', target: 'service:order-management', user_id: null }]
    },
  },
]

async function send({ method = 'POST', path, body, headers = {} }: Ready, requestId: string) {
  const traced = {
    ...headers,
    'x-request-id': requestId,
    'user-agent': 'x'.repeat(300),
    'x-forwarded-for': '203.0.113.7',
  }
  const init = body === undefined ? { headers: traced } : post(body, traced)
  return (await service.app.request(path, { ...init, method })).status
}

/** Everything that an action may change. When a login was last seen is written beside the request. */
async function tables(): Promise<unknown> {
  const names = ['users', 'refresh_tokens', 'password_reset_tokens', 'login_failures', 'outbox_events', 'notifications']
  const dumps = await Promise.all(
    [...names, 'audit_logs'].map((name) =>
      run(sql`select md5(string_agg(t::text, ';' order by t)) from ${sql.table(name)} t`),
    ),
  )
  const sessions = await run(sql`select id, ended_at, ip from user_sessions order by id`)
  return [...dumps.map(({ rows }) => rows), sessions.rows]
}

test.each(cases)('A33: $actions is in the trail exactly when it has happened', async ({ actions, prepare }) => {
  const [request, expected] = await prepare()
  const requestId = `audit-${++next}`
  await run(sql`alter table audit_logs add constraint refuse_all check (false) not valid`)
  const before = await tables()
  const refused = await send(request, requestId)
  const after = await tables()
  await run(sql`alter table audit_logs drop constraint refuse_all`)
  expect([refused, after]).toEqual([500, before])

  expect(await send(request, requestId)).toBeLessThan(500)
  const rows = await users.kysely.selectFrom('audit_logs').selectAll().where('request_id', '=', requestId).execute()
  const common = { ...expected, ip: '203.0.113.7', user_agent: 'x'.repeat(256), request_id: requestId }
  expect(rows.map(({ action }) => action).toSorted()).toEqual(actions.toSorted())
  for (const row of rows) expect(row).toMatchObject(common)
  expect(JSON.stringify(rows)).not.toMatch(/canary|argon2id/i)
})

test('A31: no row of the trail has an address, known or not: it names the account, or the hash of the address', async () => {
  const { id, email } = await freshAccount()
  const nobodys = 'Nobody.Trail@audit.example'
  const requestId = `audit-${++next}`
  for (const address of [email, nobodys]) {
    await send({ path: auth('login'), body: { email: address.toUpperCase(), password: 'wrong' } }, requestId)
    await send({ path: auth('forgot-password'), body: { email: address } }, requestId)
  }
  for (const name of ['Ada', 'Eve']) {
    await send({ path: auth('register'), body: { email, name, password: testPassword } }, requestId)
  }
  const { rows } = await sql<{ entry: string; named: string }>`
    select action || ' ' || target as entry, a::text as named from audit_logs a where request_id = ${requestId}
    order by entry`.execute(users.kysely)
  const hash = createHash('sha256').update(nobodys.toLowerCase()).digest('hex')
  const [known, unknown] = [`user:${id}`, `address:${hash}`]
  expect(rows.map(({ entry }) => entry)).toEqual([
    `forgot ${unknown}`,
    `forgot ${known}`,
    `login_failed ${unknown}`,
    `login_failed ${known}`,
    `register ${known}`,
    `register ${known}`,
  ])
  expect(rows.map(({ named }) => named).join()).not.toContain('@')
})

test('A33: no action is without its case', () => {
  expect(new Set(cases.flatMap(({ actions }) => actions))).toEqual(new Set(auditActions))
})

test('A34: the role that the service runs as may add to the trail and read it, and nothing else', async () => {
  const role = `shop_test_${randomBytes(6).toString('hex')}`
  const name = `${role}_db`
  const server = new pg.Client({ connectionString: inject('postgresUrl') })
  await server.connect()
  try {
    await server.query(`create role ${role} login password '${role}'`)
    await server.query(`create database ${name}`)
    const url = new URL(inject('postgresUrl'))
    url.pathname = `/${name}`
    await askOnce(url.href, [
      `grant usage on schema public to ${role}`,
      `alter default privileges grant select, insert, update, delete, truncate on tables to ${role}`,
    ])
    for await (const event of migrate({ url: url.href, migrations: usersService.migrations, mode: 'apply' })) {
      expect(event.event).not.toBe('failed')
    }
    const insert = `insert into audit_logs (id, actor, action) values (gen_random_uuid(), 'test', 'test')`
    const changes = [`update audit_logs set action = 'x'`, 'delete from audit_logs', 'truncate audit_logs']
    expect(await askOnce(url.href, [insert, ...changes])).toEqual(['done', 'P0001', 'P0001', 'P0001'])
    url.username = role
    url.password = role
    const asService = [insert, 'select id from audit_logs', ...changes, 'delete from login_failures']
    expect(await askOnce(url.href, asService)).toEqual(['done', 'done', '42501', '42501', '42501', 'done'])
  } finally {
    await server.query(`drop database if exists ${name} with (force)`)
    await server.query(`drop role if exists ${role}`)
    await server.end()
  }
})

/** What became of each statement: `done`, or its SQLSTATE. */
async function askOnce(connectionString: string, statements: readonly string[]): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const outcomes: string[] = []
  for (const statement of statements) {
    outcomes.push(
      await client.query(statement).then(
        () => 'done',
        (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? '') : String(error)),
      ),
    )
  }
  await client.end()
  return outcomes
}
