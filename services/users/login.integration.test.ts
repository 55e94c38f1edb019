import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { problemSchema } from '../kit/problems.ts'
import type { TestApp } from '../kit/testing/test-app.ts'
import type { HashQueue } from './hash-queue.ts'
import { createLogIn } from './login.ts'
import { createMailedTokens } from './mailed-token.ts'
import { createRegister } from './register.ts'
import { loginAnswer, post, statementCounts, type TestUsers, testUsers } from './testing/test-users.ts'
import { tokenHash } from './token-hash.ts'

const password = 'correct horse battery'
let users: TestUsers
let service: TestApp
beforeAll(async () => {
  users = await testUsers()
  service = await users.open({ AUTH_UNVERIFIED_LOGIN: 'allow' })
  await register('ada@login.example')
})
afterAll(() => users.close())

const register = (email: string) => service.app.request('/api/v1/auth/register', post({ email, name: 'Ada', password }))
const logIn = (email: string, given = password, { app } = service) =>
  app.request('/api/v1/auth/login', post({ email, password: given }, { 'user-agent': 'x'.repeat(300) }))
const goodLogin = async (email = 'ada@login.example') => loginAnswer.parse(await (await logIn(email)).json())
const me = (authorization: string) => service.app.request('/api/v1/users/me', { headers: { authorization } })
const idOf = async (email: string) =>
  (await users.kysely.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow()).id

test('a login gives a token that says who one is', async () => {
  const response = await me(`Bearer ${(await goodLogin()).access_token}`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    id: await idOf('ada@login.example'),
    email: 'ada@login.example',
    name: 'Ada',
    phone: null,
    locale: 'en',
    role: 'user',
    verified: false,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: expect.stringMatching(/Z$/),
  })
})

test('the case of an address does not matter at login', async () => {
  expect((await logIn('ADA@Login.Example')).status).toBe(200)
})

test('A22: an access token names its user, session and role, is short, and tells nothing else', async () => {
  const { access_token } = await goodLogin()
  const id = await idOf('ada@login.example')
  const claims = decodeJwt(access_token)
  expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
  expect(claims).toEqual({
    iss: 'shop-users',
    aud: 'shop-api',
    sub: id,
    sid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    role: 'user',
    email_verified: false,
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: (claims.iat ?? 0) + 900,
  })
  expect(access_token.length).toBeLessThanOrEqual(700)
})

test('of a refresh token only the SHA-256 is kept, in a family of its own that ends after 30 days', async () => {
  const { refresh_token, access_token } = await goodLogin()
  expect(Buffer.from(refresh_token, 'base64url')).toHaveLength(32)
  const token = await users.kysely
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('token_hash', '=', tokenHash(refresh_token))
    .executeTakeFirstOrThrow()
  const days = (end: Date) => (end.getTime() - token.created_at.getTime()) / 86_400_000
  expect([days(token.expires_at), days(token.family_expires_at)]).toEqual([7, 30])
  expect(token).toMatchObject({ session_id: decodeJwt(access_token).sid, parent_id: null, used_at: null })
  const session = users.kysely.selectFrom('user_sessions').selectAll().where('id', '=', token.session_id)
  expect(await session.execute()).toMatchObject([{ user_agent: 'x'.repeat(256), ended_at: null }])
})

test('whatever is wrong, the answer and the statements before it are the same', async () => {
  await register('disabled@login.example')
  await users.kysely
    .updateTable('users')
    .set({ status: 'disabled' })
    .where('email', '=', 'disabled@login.example')
    .execute()
  const fresh = await users.open({ AUTH_UNVERIFIED_LOGIN: 'deny' })
  const ask = async (email: string, given: string) => {
    const before = await statementCounts(fresh)
    const response = await logIn(email, given, fresh)
    const after = await statementCounts(fresh)
    const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'x-request-id'))
    const { request_id: _, ...body } = problemSchema.parse(await response.json())
    const ran = Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])
    return { status: response.status, headers, body, ran }
  }
  const unknown = await ask('nobody@login.example', password)
  expect(unknown).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
    body: { code: 'auth/credentials-wrong' },
  })
  expect(unknown.ran).toEqual([['with', 2]])
  expect(await ask('ada@login.example', 'wrong password')).toEqual(unknown)
  expect(await ask('ada@login.example', password), 'unverified').toEqual(unknown)
  expect(await ask('disabled@login.example', password), 'disabled').toEqual(unknown)
})

test('exactly one hash is computed at login and at registration, whoever has an account', async () => {
  let hashes = 0
  const counting: HashQueue = {
    inFlight: () => 0,
    refuseWhereFull: () => undefined,
    run(work) {
      hashes += 1
      return work()
    },
  }
  const parts = { database: users.kysely, hashes: counting, now: () => new Date() }
  const sign = async () => 'token'
  const caller = { ip: null, userAgent: null, requestId: 'r' }
  const countOf = async (act: () => Promise<unknown>) => {
    const before = hashes
    await act().catch(() => undefined)
    return hashes - before
  }
  const enter = createLogIn({ ...parts, sign, unverified: 'allow' })
  const enrol = createRegister({ ...parts, tokens: createMailedTokens('key') })
  for (const email of ['ada@login.example', 'nobody-yet@login.example']) {
    expect(await countOf(() => enter({ email, password }, caller)), `login of ${email}`).toBe(1)
    expect(await countOf(() => enrol({ email, password, name: 'Ada' }, caller)), `registration of ${email}`).toBe(1)
  }
})

test('a verified user may log in where unverified ones may not', async () => {
  await register('verified@login.example')
  await users.kysely
    .updateTable('users')
    .set({ verified: true })
    .where('email', '=', 'verified@login.example')
    .execute()
  const strict = await users.open({ AUTH_UNVERIFIED_LOGIN: 'deny' })
  const { access_token } = loginAnswer.parse(await (await logIn('verified@login.example', password, strict)).json())
  expect(decodeJwt(access_token).email_verified).toBe(true)
})

test('each login is in the trail, good or not, and no secret with it', async () => {
  await register('trail@login.example')
  await logIn('trail@login.example', 'canary password')
  const { refresh_token } = await goodLogin('trail@login.example')
  const id = await idOf('trail@login.example')
  const trail = await users.kysely
    .selectFrom('audit_logs')
    .selectAll()
    .where('user_id', '=', id)
    .orderBy('created_at')
    .execute()
  expect(trail.map(({ action, actor }) => [action, actor])).toEqual([
    ['register', 'anonymous'],
    ['login_failed', 'anonymous'],
    ['login', `user:${id}`],
  ])
  expect(JSON.stringify([trail, service.lines()])).not.toMatch(new RegExp(`canary|${refresh_token}`))
})

test('where the trail cannot be written, nobody is logged in', async () => {
  await register('untrailed@login.example')
  const { kysely } = users
  await sql`alter table audit_logs add constraint refuse_all check (false) not valid`.execute(kysely)
  const response = await logIn('untrailed@login.example')
  await kysely.schema.alterTable('audit_logs').dropConstraint('refuse_all').execute()
  expect(response.status).toBe(500)
  const userId = await idOf('untrailed@login.example')
  expect(await kysely.selectFrom('user_sessions').selectAll().where('user_id', '=', userId).execute()).toEqual([])
})

test('A16: 200 logins at once run two hashes at a time; who does not fit is told at once, and health answers', async () => {
  const startedAt = performance.now()
  const timed = async (asked: Response | Promise<Response>) => {
    const { status, headers } = await asked
    return { status, retryAfter: headers.get('retry-after'), after: performance.now() - startedAt }
  }
  // Each address another one, so that it is the queue that refuses and not the limit of an address.
  const storm = []
  // Between them as many that read and answer as a login does, and hash nothing: what the rest of a login costs here now.
  const unhashed = []
  for (let index = 0; index < 200; index += 1) {
    storm.push(timed(logIn(`storm${index}@login.example`)))
    unhashed.push(timed(service.app.request('/api/v1/auth/refresh', post({ refresh_token: 'nobody’s' }))))
  }
  let most = 0
  let slowestHealth = 0
  let ended = false
  const watch = (async () => {
    while (!ended) {
      const gauge = /^password_hash_in_flight (\d+)$/m.exec(await service.metrics.registry.metrics())
      most = Math.max(most, Number(gauge?.[1]))
      const askedAt = performance.now()
      expect((await service.app.request('/health')).status).toBe(200)
      await delay(5)
      slowestHealth = Math.max(slowestHealth, performance.now() - askedAt)
    }
  })()
  const answers = await Promise.all(storm)
  const others = await Promise.all(unhashed)
  ended = true
  await watch
  const refused = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 401).length + refused.length).toBe(200)
  // 503 where none of its connections was free in time, on a machine that is busy otherwise.
  expect(new Set([...others.map(({ status }) => status), 401, 503])).toEqual(new Set([401, 503]))
  // How many fit depends on how fast this machine hashes; work-queue.test.ts counts the places.
  expect(refused.length).toBeGreaterThan(0)
  expect(new Set(refused.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['1']))
  // Of the 2.5 s half a second is for what is not waiting, or as long as that takes on a machine that is busy otherwise.
  const ownCost = Math.max(...others.map(({ after }) => after)) + slowestHealth
  expect(Math.max(...refused.map(({ after }) => after))).toBeLessThan(2_000 + Math.max(500, ownCost))
  expect(most).toBe(2)
})

test('the key set has public members only, of every key, and may be kept for five minutes', async () => {
  const response = await service.app.request('/.well-known/jwks.json')
  expect(response.headers.get('cache-control')).toBe('max-age=300')
  const { keys } = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }).parse(await response.json())
  expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([publicMembers, publicMembers])
  expect(keys.map(({ kid }) => kid)).toEqual(['one', 'two'])
})
const publicMembers = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']

test('nobody is shown a profile that is closed', async () => {
  await register('closed@login.example')
  const { access_token } = await goodLogin('closed@login.example')
  const closed = { status: 'closed', password_hash: null, deleted_at: new Date() } as const
  await users.kysely.updateTable('users').set(closed).where('email', '=', 'closed@login.example').execute()
  expect((await me(`Bearer ${access_token}`)).status).toBe(401)
})
