import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { TestApp } from '../kit/testing/test-app.ts'
import { hashPassword } from './password-hash.ts'
import { loginAnswer, post, type TestUsers, testUsers } from './testing/test-users.ts'

const password = 'correct horse battery'
let passwordHash: string
let users: TestUsers
let service: TestApp
let second: TestApp
beforeAll(async () => {
  users = await testUsers()
  service = await users.open({ RATE_LIMIT_REQUESTS: '1000000' })
  second = await users.open({ RATE_LIMIT_REQUESTS: '1000000' })
  passwordHash = await hashPassword(password)
})
afterAll(() => users.close())

type Login = Awaited<ReturnType<typeof logIn>>

async function register(): Promise<string> {
  const id = randomUUID()
  await sql`insert into users (id, email, name, password_hash, verified)
    values (${id}, ${`${id}@shop.test`}, 'Ada', ${passwordHash}, true)`.execute(users.kysely)
  return id
}

async function logIn(userId: string, userAgent = 'a browser') {
  const credentials = { email: `${userId}@shop.test`, password }
  const response = await service.app.request('/api/v1/auth/login', post(credentials, { 'user-agent': userAgent }))
  const { access_token, refresh_token } = loginAnswer.parse(await response.json())
  return { authorization: `Bearer ${access_token}`, refreshToken: refresh_token }
}

const send = (login: Login | null, method: string, path: string, body?: unknown) =>
  service.app.request(path, {
    method,
    headers: {
      ...(login === null ? {} : { authorization: login.authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const statusOf = async (...request: Parameters<typeof send>) => (await send(...request)).status
const logOut = (login: Login | null, body?: unknown) => statusOf(login, 'POST', '/api/v1/auth/logout', body)
const refresh = async (login: Login) =>
  (await service.app.request('/api/v1/auth/refresh', post({ refresh_token: login.refreshToken }))).status

/** Of logins: whether an own change is let in, and whether it can be refreshed. Both change what they look at. */
async function alive(...logins: Login[]): Promise<string[]> {
  const path = '/api/v1/users/me'
  const change = { name: 'Ada', phone: null, locale: 'en' }
  return Promise.all(
    logins.map(async (login) => `${await statusOf(login, 'PUT', path, change)} ${await refresh(login)}`),
  )
}
const yes = '200 200'
const no = '401 401'

const pageSchema = z.strictObject({
  data: z.array(
    z.strictObject({
      id: z.uuid(),
      current: z.boolean(),
      ip: z.string().nullable(),
      user_agent: z.string().nullable(),
      created_at: z.iso.datetime(),
      last_seen_at: z.iso.datetime(),
    }),
  ),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
})
const list = async (login: Login, query = '') =>
  pageSchema.parse(await (await send(login, 'GET', `/api/v1/users/me/sessions${query}`)).json())

test('A25: logout ends its own login, once, and no other', async () => {
  const id = await register()
  const [one, other] = [await logIn(id), await logIn(id)]
  expect([await logOut(one), await logOut(one), await logOut(null)]).toEqual([204, 401, 401])
  expect(await alive(one, other)).toEqual([no, yes])
  expect(await logOut(other, { everywhere: false })).toBe(204)
  expect(await alive(other)).toEqual([no])
})

test('A25: whoever is logged out or disabled reads nothing any more, not even what is his own', async () => {
  const reads = ['/api/v1/users/me', '/api/v1/users/me/sessions']
  const statuses = async (login: Login) => Promise.all(reads.map((path) => statusOf(login, 'GET', path)))
  const id = await register()
  const [one, other] = [await logIn(id), await logIn(id)]
  expect(await logOut(one)).toBe(204)
  expect([await statuses(one), await statuses(other)]).toEqual([
    [401, 401],
    [200, 200],
  ])
  await sql`update users set status = 'disabled' where id = ${id}`.execute(users.kysely)
  expect(await statuses(other)).toEqual([401, 401])
})

test('A25: a logout that says everywhere ends all of the user’s logins and nobody else’s', async () => {
  const id = await register()
  const [one, other, stranger] = [await logIn(id), await logIn(id), await logIn(await register())]
  expect(await logOut(one, { everywhere: true })).toBe(204)
  expect(await alive(one, other, stranger)).toEqual([no, no, yes])
})

test('A25: a changed password ends all logins but the one it was changed in, a reset one all of them', async () => {
  const id = await register()
  const [one, other] = [await logIn(id), await logIn(id)]
  const change = { current_password: password, new_password: 'another horse battery' }
  expect(await statusOf(one, 'POST', '/api/v1/users/change-password', change)).toBe(204)
  expect(await alive(other, one)).toEqual([no, yes])
  const token = randomUUID()
  await sql`insert into password_reset_tokens (id, user_id, token_hash, expires_at) values (${randomUUID()}, ${id},
    ${createHash('sha256').update(token).digest()}, now() + interval '1 hour')`.execute(users.kysely)
  expect(await statusOf(null, 'POST', '/api/v1/auth/reset-password', { token, password })).toBe(204)
  expect(await alive(one)).toEqual([no])
})

test('A25: a body that is no logout is refused and ends nothing', async () => {
  const login = await logIn(await register())
  for (const body of [{ everywhere: 'yes' }, { all: true }, ['everywhere']]) expect(await logOut(login, body)).toBe(422)
  expect(await alive(login)).toEqual([yes])
})

test('A25: a logout is in the trail once, and where the trail cannot be written nobody is logged out', async () => {
  const id = await register()
  const login = await logIn(id)
  await sql`alter table audit_logs add constraint refuse_logout check (action <> 'logout') not valid`.execute(
    users.kysely,
  )
  const refused = await logOut(login)
  await sql`alter table audit_logs drop constraint refuse_logout`.execute(users.kysely)
  expect([refused, await alive(login)]).toEqual([500, [yes]])
  // Both are let in before either ends it.
  expect((await Promise.all([logOut(login), logOut(login)])).includes(204)).toBe(true)
  const { rows } = await sql`
    select actor, target like 'session:%' as session from audit_logs
    where user_id = ${id} and action = 'logout'`.execute(users.kysely)
  expect(rows).toEqual([{ actor: `user:${id}`, session: true }])
})

test('A26: the list has the own live logins, newest first, says which is this one, and has no token', async () => {
  const id = await register()
  const [phone, tablet, browser] = [await logIn(id, 'phone'), await logIn(id, 'tablet'), await logIn(id, 'browser')]
  await logIn(await register())
  await logOut(tablet)
  const { data, has_more } = await list(phone)
  expect(data.map(({ user_agent, current }) => [user_agent, current])).toEqual([
    ['browser', false],
    ['phone', true],
  ])
  expect(has_more).toBe(false)
  const text = await (await send(phone, 'GET', '/api/v1/users/me/sessions')).text()
  for (const { refreshToken } of [phone, browser]) expect(text).not.toContain(refreshToken)

  const page = await list(phone, '?limit=1')
  expect([page.data.map(({ user_agent }) => user_agent), page.has_more]).toEqual([['browser'], true])
  const next = await list(phone, `?limit=1&cursor=${page.next_cursor}`)
  expect([next.data.map(({ user_agent }) => user_agent), next.has_more]).toEqual([['phone'], false])
  const stranger = await logIn(await register())
  expect(await statusOf(stranger, 'GET', `/api/v1/users/me/sessions?cursor=${page.next_cursor}`)).toBe(400)
})

test('A26: an own login can be ended by its id; a foreign, an unknown and a malformed one is the same 404', async () => {
  const id = await register()
  const [one, other, stranger] = [await logIn(id), await logIn(id), await logIn(await register())]
  const [newest] = (await list(one)).data
  const [foreign] = (await list(stranger)).data
  const end = (session: string) => send(one, 'DELETE', `/api/v1/users/me/sessions/${session}`)
  const missing = await Promise.all([foreign?.id ?? '', randomUUID(), 'x'].map(end))
  const details = await Promise.all(
    missing.map(async (response) =>
      z.looseObject({ code: z.string(), detail: z.string() }).parse(await response.json()),
    ),
  )
  expect(missing.map(({ status }) => status)).toEqual([404, 404, 404])
  expect(new Set(details.map(({ code, detail }) => `${code} ${detail}`)).size).toBe(1)
  expect((await list(stranger)).data).toMatchObject([{ id: foreign?.id }])

  expect((await end(newest?.id ?? '')).status).toBe(204)
  expect((await end(newest?.id ?? '')).status).toBe(404)
  expect(await alive(one, other, stranger)).toEqual([yes, no, yes])
})

test('A26: a hundred requests over two processes write once a minute when a session was last seen', async () => {
  const login = await logIn(await register())
  const [current] = (await list(login)).data
  const id = current?.id ?? ''
  await sql`
    create table session_updates (id uuid);
    create function count_session_updates() returns trigger language plpgsql as $$
      begin insert into session_updates values (new.id); return new; end $$;
    create trigger count_session_updates after update on user_sessions
      for each row execute function count_session_updates()`.execute(users.kysely)
  // Two processes that have not seen it yet.
  const fresh = [await users.open({ RATE_LIMIT_REQUESTS: '1000000' }), second]
  await sql`
    alter table user_sessions disable trigger count_session_updates;
    update user_sessions set created_at = now() - interval '1 hour', last_seen_at = now() - interval '5 minutes';
    alter table user_sessions enable trigger count_session_updates`.execute(users.kysely)
  const me = { headers: { authorization: login.authorization } }
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => fresh[index % 2]?.app.request('/api/v1/users/me', me)),
  )
  expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]))
  const updates = async () =>
    (await sql`select id from session_updates where id = ${id}`.execute(users.kysely)).rows.length
  await expect.poll(updates).toBe(1)
  const { rows } = await sql<{ recent: boolean }>`
    select last_seen_at > now() - interval '1 minute' as recent from user_sessions where id = ${id}`.execute(
    users.kysely,
  )
  expect(rows).toEqual([{ recent: true }])
  // Refreshing writes many rows, but not this one again.
  expect([await refresh(login), await updates()]).toEqual([200, 1])
})
