import { createHash, randomUUID } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { problemSchema } from '../kit/problems.ts'
import { readSettings } from '../kit/settings.ts'
import type { TestApp } from '../kit/testing/test-app.ts'
import { usersSettings } from './settings.ts'
import { signIn } from './testing/signed-in.ts'
import { post, type TestUsers, testEnvironment, testUsers } from './testing/test-users.ts'

const secrets = {
  'order-management': 'the secret of orders, of 32 characters or more',
  'order-management before': 'the secret that orders had until yesterday',
  'product-catalog': 'the secret of the catalog, 32 characters or more',
} as const
const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex')
const clients = JSON.stringify(
  Object.entries(secrets).map(([name, secret]) => ({ id: name.split(' ')[0], secret_sha256: sha256(secret) })),
)

let users: TestUsers
let service: TestApp
beforeAll(async () => {
  users = await testUsers()
  service = await users.open({ SERVICE_CLIENTS: clients })
})
afterAll(() => users.close())

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const ask = (authorization: string | null, audience = 'user-management') =>
  service.app.request('/internal/v1/service-token', post({ audience }, authorization === null ? {} : { authorization }))
const tokenSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.literal(600),
  scope: z.string(),
})
const tokenFor = async (id: 'order-management' | 'product-catalog', audience?: string) =>
  tokenSchema.parse(await (await ask(basic(id, secrets[id]), audience)).json())
const get = async (path: string, token: string) =>
  service.app.request(path, { headers: { authorization: `Bearer ${token}` } })

test('A27: a service token lasts ten minutes, is for one service, and has the scopes of its client there', async () => {
  const { access_token, scope } = await tokenFor('order-management', 'product-catalog')
  expect(scope).toBe('inventory:reserve inventory:commit')
  const claims = decodeJwt(access_token)
  expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
  expect(claims).toEqual({
    iss: 'shop-users',
    aud: 'product-catalog',
    sub: 'order-management',
    scope,
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: (claims.iat ?? 0) + 600,
  })
  expect((await tokenFor('order-management')).scope).toBe('sessions:read users:contact')
  expect((await tokenFor('product-catalog')).scope).toBe('sessions:read')
})

test('A27: a client has nothing to do at a service that its table does not name', async () => {
  for (const audience of ['order-management', 'product-catalog', 'nobody']) {
    expect((await ask(basic('product-catalog', secrets['product-catalog']), audience)).status, audience).toBe(403)
  }
  expect((await ask(basic('order-management', secrets['order-management']), 'Not A Name')).status).toBe(422)
})

test('A27: a wrong secret, an unknown client and no client at all are the same 401, each in the trail without a secret', async () => {
  const canary = `canary-${randomUUID()}`
  const wrong = [
    basic('order-management', canary),
    basic('order-management', secrets['product-catalog']),
    basic('nobody', secrets['order-management']),
    basic(canary.repeat(5), 'x'),
    'Basic !!!',
    `Bearer ${(await tokenFor('order-management')).access_token}`,
    null,
  ]
  const answers = await Promise.all(
    wrong.map(async (authorization) => {
      const response = await ask(authorization)
      const { request_id: _, ...problem } = problemSchema.parse(await response.json())
      return { answered: response.status, challenge: response.headers.get('www-authenticate'), problem }
    }),
  )
  expect(answers[0]).toMatchObject({ answered: 401, challenge: 'Basic realm="services"' })
  expect(answers).toEqual(wrong.map(() => answers[0]))
  const { rows } = await sql<{ target: string }>`
    select target, actor, user_id from audit_logs where action = 'service_token_refused'`.execute(users.kysely)
  const [known, unknown, none] = ['service:order-management', 'service:nobody', 'service:unknown']
  expect(rows.map(({ target }) => target).toSorted()).toEqual([unknown, known, known, none, none, none, none])
  expect(JSON.stringify([rows, service.lines()])).not.toContain(canary)
})

test('a secret can be changed while the one before is still good', async () => {
  expect((await ask(basic('order-management', secrets['order-management before']))).status).toBe(200)
})

test.each([
  ['no JSON', 'canary'],
  ['an id that has no scopes', JSON.stringify([{ id: 'canary', secret_sha256: sha256('x') }])],
  ['a secret in place of its hash', JSON.stringify([{ id: 'order-management', secret_sha256: 'canary' }])],
])('%s as SERVICE_CLIENTS is a fault that does not quote it', (_, SERVICE_CLIENTS) => {
  const environment = { ...testEnvironment, SERVICE_CLIENTS }
  const reading = readSettings(usersSettings, { environment, readFile: () => '' })
  expect(reading.ok ? [] : reading.faults.map(({ name }) => name)).toEqual(['SERVICE_CLIENTS'])
  expect(JSON.stringify(reading)).not.toContain('canary')
})

test('a service reads what holds of a session now, and how its user is reached', async () => {
  const { access_token } = await tokenFor('order-management')
  const { userId, sessionId } = await signIn(users.kysely)
  // One admin must stay.
  await sql`update users set role = 'admin' where id = ${(await signIn(users.kysely)).userId}`.execute(users.kysely)
  const session = async () => (await get(`/internal/v1/sessions/${sessionId}`, access_token)).json()
  const live = { state: 'live', user_id: userId, role: 'user', email_verified: true }
  expect(await session()).toEqual(live)
  await sql`update users set role = 'admin', verified = false where id = ${userId}`.execute(users.kysely)
  expect(await session()).toEqual({ ...live, role: 'admin', email_verified: false })
  const contact = await get(`/internal/v1/users/${userId}/contact`, access_token)
  expect(await contact.json()).toEqual({
    user_id: userId,
    state: 'active',
    email: `${userId}@shop.test`,
    email_verified: false,
    phone: null,
    display_name: 'Ada',
    language: 'en',
  })
  await sql`update users set status = 'disabled' where id = ${userId}`.execute(users.kysely)
  expect(await session()).toEqual({ state: 'ended' })
  await sql`update users set status = 'active' where id = ${userId}`.execute(users.kysely)
  await sql`update user_sessions set ended_at = now() where id = ${sessionId}`.execute(users.kysely)
  expect(await session()).toEqual({ state: 'ended' })
  for (const path of [`sessions/${randomUUID()}`, 'sessions/x', `users/${randomUUID()}/contact`, 'users/x/contact']) {
    expect((await get(`/internal/v1/${path}`, access_token)).status, path).toBe(404)
  }
})

test('A27: the catalog reads sessions, and no addresses', async () => {
  const { access_token } = await tokenFor('product-catalog')
  const { userId, sessionId } = await signIn(users.kysely)
  expect((await get(`/internal/v1/sessions/${sessionId}`, access_token)).status).toBe(200)
  expect((await get(`/internal/v1/users/${userId}/contact`, access_token)).status).toBe(403)
})

test('a contact has the language of the locale and the number, also while the account is disabled', async () => {
  const { access_token } = await tokenFor('order-management')
  const { userId } = await signIn(users.kysely)
  await sql`update users set locale = 'tr-TR', phone = '+905551234567', status = 'disabled' where id = ${userId}`.execute(
    users.kysely,
  )
  const contact = await get(`/internal/v1/users/${userId}/contact`, access_token)
  expect(await contact.json()).toMatchObject({ state: 'active', language: 'tr', phone: '+905551234567' })
})

test('of a closed account a service learns that it is closed, and nothing personal', async () => {
  const { access_token } = await tokenFor('order-management')
  const { userId } = await signIn(users.kysely)
  await sql`update users set status = 'closed', password_hash = null, deleted_at = now() where id = ${userId}`.execute(
    users.kysely,
  )
  const contact = await get(`/internal/v1/users/${userId}/contact`, access_token)
  expect([contact.status, await contact.json()]).toEqual([200, { user_id: userId, state: 'closed' }])
})

test('A4: a service token for another service is a 401 here, and one for this service a 403 where users go', async () => {
  const foreign = (await tokenFor('order-management', 'product-catalog')).access_token
  const own = (await tokenFor('order-management')).access_token
  const statuses = async (token: string) =>
    Promise.all(
      [`/internal/v1/sessions/${randomUUID()}`, '/api/v1/users/me', '/api/v1/users'].map(
        async (path) => (await get(path, token)).status,
      ),
    )
  expect(await statuses(foreign)).toEqual([401, 401, 401])
  expect(await statuses(own)).toEqual([404, 403, 403])
})
