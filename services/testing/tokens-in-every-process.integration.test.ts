import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type ServiceName, serviceNames } from '../registry.ts'
import { tokenHash } from '../users/token-hash.ts'
import { type Caller, knownPassword, type Person } from './callers.ts'
import { signingKey } from './service-settings.ts'
import { openShop, type Shop } from './shop.ts'
import { untilReady } from './until-ready.ts'
import { sendTo } from './world.ts'

const privateKey = (kid: string, key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) => ({
  ...key.export({ format: 'jwk' }),
  kid,
})
const keys = [privateKey(signingKey.kid, signingKey.privateKey), privateKey('next')]

let shop: Shop
let admin: Person
let person: Person
/** The users service after the switch: both keys are published, the other one signs. */
let switched: ServiceProcess
/** Two of each service, so that no process relies on having seen a change itself. */
let processes: readonly { readonly name: ServiceName; readonly url: string }[]
beforeAll(async () => {
  shop = await openShop({ users: { JWT_PRIVATE_KEYS: JSON.stringify(keys) } })
  const [users, catalog, orders] = await Promise.all([
    shop.another('users', { JWT_PRIVATE_KEYS: JSON.stringify(keys.toReversed()) }),
    shop.another('catalog'),
    shop.another('orders'),
  ])
  switched = users
  const second = { users, catalog, orders }
  processes = [shop.services, second].flatMap((shown) => serviceNames.map((name) => ({ name, url: shown[name].url })))
  await Promise.all(processes.map(({ url }) => untilReady(url)))
  admin = await shop.callers.person('admin')
  person = await shop.callers.person()
})
afterAll(() => shop?.close())

type Probe = { readonly method: string; readonly path: string; readonly body?: unknown }

/** Let in, each is refused for what it says, before anything is changed; the guard comes first. */
const probes: Readonly<Record<'admin' | 'user', Readonly<Record<ServiceName, readonly Probe[]>>>> = {
  admin: {
    users: [{ method: 'GET', path: '/api/v1/users' }],
    catalog: [{ method: 'POST', path: '/api/v1/products', body: {} }],
    orders: [],
  },
  user: {
    users: [{ method: 'PUT', path: '/api/v1/users/me', body: {} }],
    catalog: [{ method: 'POST', path: '/api/v1/inventory/release', body: {} }],
    orders: [
      { method: 'POST', path: '/api/v1/orders', body: {} },
      { method: 'GET', path: '/api/v1/orders' },
    ],
  },
}

/** The statuses of one look at every process as each person. */
async function look(people: readonly Person[], kind: 'admin' | 'user'): Promise<readonly number[]> {
  const asked = people.flatMap((as) =>
    processes.flatMap(({ name, url }) => probes[kind][name].map((probe) => sendTo(url, { ...probe, as }))),
  )
  return (await Promise.all(asked)).map(({ status }) => status)
}

const isLetIn = (status: number) => status !== 401 && status !== 403

/** Keeps looking, so that no answer that is asked for again lives on, and returns what is answered a second later. */
async function lookForASecond(people: readonly Person[], kind: 'admin' | 'user'): Promise<readonly number[]> {
  const since = performance.now()
  for (;;) {
    const lastLook = performance.now() - since >= 1_000
    const statuses = await look(people, kind)
    if (lastLook) return statuses
  }
}

const send = async (request: Probe & { readonly as?: Person }) => {
  const { status } = await sendTo(shop.services.users.url, { as: { authorization: null }, ...request })
  return status
}

const ways: readonly [string, 'admin' | 'user', number, (person: Person) => Promise<number>][] = [
  [
    'an admin is demoted',
    'admin',
    403,
    ({ id }) => send({ method: 'PUT', path: `/api/v1/users/${id}/role`, body: { role: 'user' }, as: admin }),
  ],
  [
    'a user is disabled',
    'user',
    401,
    ({ id }) => send({ method: 'PUT', path: `/api/v1/users/${id}/status`, body: { status: 'disabled' }, as: admin }),
  ],
  [
    'a session is ended',
    'user',
    401,
    (as) => send({ method: 'DELETE', path: `/api/v1/users/me/sessions/${as.sessionId}`, as }),
  ],
  ['a family is revoked', 'user', 401, revokeFamily],
  ['a password is reset', 'user', 401, resetPassword],
]

test.each(ways)('A8: when %s, every process of every service refuses within a second', async (_, kind, status, end) => {
  const people = await Promise.all([1, 2, 3, 4].map(() => shop.callers.person(kind)))
  expect((await look(people, kind)).every(isLetIn)).toBe(true)
  expect((await Promise.all(people.map(end))).every((answered) => [200, 204, 401].includes(answered))).toBe(true)
  const statuses = await lookForASecond(people, kind)
  expect(statuses).toEqual(statuses.map(() => status))
  expect(statuses.length).toBe(kind === 'admin' ? 16 : 32)
})

/** A used token that comes back: 401. */
async function revokeFamily({ id, sessionId }: Person): Promise<number> {
  const token = randomBytes(32).toString('base64url')
  await sql`
    insert into refresh_tokens (id, user_id, session_id, family_id, token_hash, created_at, expires_at,
      family_expires_at, used_at)
    values (${randomUUID()}, ${id}, ${sessionId}, ${randomUUID()}, ${tokenHash(token)},
      now() - interval '1 hour', now() + interval '1 day', now() + interval '1 day', now() - interval '11 seconds')
    `.execute(shop.users)
  return send({ method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: token } })
}

async function resetPassword({ id }: Person): Promise<number> {
  const token = randomUUID()
  await sql`
    insert into password_reset_tokens (id, user_id, token_hash, expires_at)
    values (${randomUUID()}, ${id}, ${createHash('sha256').update(token).digest()}, now() + interval '1 hour')
    `.execute(shop.users)
  const body = { token, password: `${knownPassword} two` }
  return send({ method: 'POST', path: '/api/v1/auth/reset-password', body })
}

async function logIn({ url }: ServiceProcess): Promise<Caller & { readonly kid: string | undefined }> {
  const body = { email: person.email, password: knownPassword }
  const request = { method: 'POST', path: '/api/v1/auth/login', body, as: { authorization: null } }
  const { access_token } = z.object({ access_token: z.string() }).parse((await sendTo(url, request)).json)
  return { authorization: `Bearer ${access_token}`, kid: decodeProtectedHeader(access_token).kid }
}

/** One request that is let in by a token, to each service and process in turn. */
function verifiedRequest(as: Caller, turn: number): Promise<number> {
  const { users, catalog, orders } = shop.services
  const requests = [
    [users.url, { method: 'GET', path: '/api/v1/users/me' }],
    [switched.url, { method: 'GET', path: '/api/v1/users/me' }],
    [catalog.url, { method: 'POST', path: '/api/v1/inventory/release', body: {} }],
    [orders.url, { method: 'GET', path: '/api/v1/orders' }],
  ] as const
  const [url, request] = requests[turn % requests.length] ?? requests[0]
  return sendTo(url, { ...request, as }).then(({ status }) => status)
}

test('A23: signing switches to the other key under a hundred requests a second, and no service refuses one', async () => {
  const [before, after] = [await logIn(shop.services.users), await logIn(switched)]
  expect([before.kid, after.kid]).toEqual([signingKey.kid, 'next'])
  const answers: Promise<number>[] = []
  for (let turn = 0; turn < 200; turn += 1) {
    // From the half on new tokens have the new key, and the old ones are still good.
    const as = turn >= 100 && turn % 8 < 4 ? after : before
    answers.push(verifiedRequest(as, turn))
    await delay(10)
  }
  const statuses = await Promise.all(answers)
  expect(statuses.filter((status) => status !== 200 && status !== 422)).toEqual([])
})

test('A23: a thousand tokens of unknown keys make each service fetch the keys at most once', async () => {
  const before = await fetches()
  const forged = () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: randomUUID() }
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
    const [, payload = '', signature = ''] = person.authorization.split('.')
    return { authorization: `Bearer ${encoded}.${payload}.${signature}` }
  }
  for (const turn of [2, 3]) {
    for (let batch = 0; batch < 20; batch += 1) {
      const statuses = await Promise.all(Array.from({ length: 50 }, () => verifiedRequest(forged(), turn)))
      expect(new Set(statuses)).toEqual(new Set([401]))
    }
  }
  expect((await fetches()) - before).toBeLessThanOrEqual(2)
  expect(await Promise.all([2, 3].map((turn) => verifiedRequest(person, turn)))).toEqual([422, 200])
})

test('A23: every process publishes both keys, and of neither the private member', async () => {
  for (const { url } of [shop.services.users, switched]) {
    const response = await fetch(`${url}/.well-known/jwks.json`)
    const text = await response.text()
    const published = z.object({ keys: z.array(z.record(z.string(), z.string())) }).parse(JSON.parse(text))
    expect(published.keys.map(({ kid }) => kid).toSorted()).toEqual(['next', signingKey.kid])
    for (const key of published.keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
    for (const { d } of keys) expect(text).not.toContain(d)
  }
})

/** How often the users service was asked for its keys, by its own metrics. */
async function fetches(): Promise<number> {
  const text = await (await fetch(shop.services.users.metricsUrl)).text()
  const counts = text.matchAll(
    /^http_request_duration_seconds_count\{[^}]*route="\/\.well-known\/jwks\.json"[^}]*\} (\d+)$/gm,
  )
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}
