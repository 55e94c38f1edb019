import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Sending, send, sendRaw } from '../edge/testing/send.ts'
import { problemSchema } from '../kit/problems.ts'
import { anonymous, type Person } from './callers.ts'
import { openShop, type Shop } from './shop.ts'
import { openWorld, sendTo } from './world.ts'

let shop: Shop
let user: Person
let admin: Person
beforeAll(async () => {
  shop = await openShop()
  user = await shop.callers.person()
  admin = await shop.callers.person('admin')
})
afterAll(() => shop?.close())

const doors = ['the edge', 'the service itself'] as const
const urlOf = (door: (typeof doors)[number]) => (door === 'the edge' ? shop.edgeUrl : shop.services.users.url)
const portOf = (door: (typeof doors)[number]) => Number(new URL(urlOf(door)).port)

describe.each(doors)('through %s', (door) => {
  test('G1: headers of a client make nobody someone else', async () => {
    const claims: readonly Record<string, string>[] = [
      { 'x-user-id': admin.id, 'x-role': 'admin', 'x-internal': '1', 'x-internal-token': '1' },
      { 'x-user': admin.id, 'x-user-role': 'admin', 'x-roles': 'admin', 'x-user-email': admin.email },
      { 'x-original-url': '/api/v1/users', 'x-rewrite-url': '/api/v1/users', 'x-original-uri': '/api/v1/users' },
      { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE' },
      { 'x-forwarded-prefix': '/internal', 'x-forwarded-user': admin.id, forwarded: 'for=127.0.0.1' },
    ]
    for (const headers of claims) {
      const ask = (as: typeof anonymous, path: string) => sendTo(urlOf(door), { method: 'GET', path, as, headers })
      expect((await ask(anonymous, '/api/v1/users')).status).toBe(401)
      expect((await ask(user, '/api/v1/users')).status).toBe(403)
      const me = await ask(user, '/api/v1/users/me')
      expect([me.status, me.json.id]).toEqual([200, user.id])
    }
    const body = { name: 'X', phone: null, locale: 'en' }
    const put = {
      method: 'POST',
      path: '/api/v1/users/me',
      as: user,
      body,
      headers: { 'x-http-method-override': 'PUT' },
    }
    expect((await sendTo(urlOf(door), put)).status).toBe(405)
  })

  test('G2: a path written in another way is unknown, or gets the plain path’s decision', async () => {
    const plain = '/api/v1/users'
    const ways = [
      ...[
        '/api/v1/users%2f',
        '/api/v1%2fusers',
        '//api/v1/users',
        '/api//v1/users',
        '/api/v1/./users',
        '/api/v1/x/../users',
      ],
      ...[
        '/api/v1/auth/..;/users',
        '/api/v1/auth/%2e%2e/users',
        '/api/v1/auth/%2E%2E/users',
        '/API/v1/users',
        '/api/v1/USERS',
      ],
      ...[
        '/api/v1/users/',
        '/api/v1/users;x=1',
        '/api/v1/users%3bx=1',
        '/api/v1/%75sers',
        '/api/v1/users%00',
        '/api/v1/users%20',
      ],
      ...[
        '/internal/v1/../../api/v1/users',
        '/api/v1/auth/..%2fusers',
        '/api/v1/users?/../internal',
        '\\api\\v1\\users',
      ],
    ]
    for (const path of ways) {
      for (const [as, decision] of [
        [null, 401],
        [user.authorization, 403],
      ] as const) {
        const headers = as === null ? {} : { authorization: as }
        const { status } = await send(portOf(door), { path, headers }).catch(() => ({ status: 400 }))
        expect([path, [400, 404, decision].includes(status)]).toEqual([path, true])
      }
      const admins = await send(portOf(door), { path, headers: { authorization: admin.authorization } }).catch(
        () => null,
      )
      // Whoever may read the list may not come to something else by it.
      if (admins?.status === 200) expect([path, admins.text.startsWith('{"data":')]).toEqual([path, true])
    }
    const absolute = await sendRaw(
      portOf(door),
      `GET http://shop.test${plain} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n`,
    )
    expect(absolute).toMatch(/^HTTP\/1.1 401 /)
  })

  test('G5: whatever is refused is refused as a problem, to HEAD as well', async () => {
    for (const { status, request } of refusals(door)) {
      const answer = await send(portOf(door), request)
      expect([request.path, answer.status]).toEqual([request.path, status])
      expect(answer.headers['content-type'], request.path).toBe('application/problem+json')
      if (request.method === 'HEAD') expect(answer.text).toBe('')
      else expect(problemOf(answer.text)).toMatchObject({ status, request_id: answer.headers['x-request-id'] })
      if (status === 405) expect(answer.headers.allow, request.path).toMatch(/^[A-Z]+(, [A-Z]+)*$/)
      if (status === 401) expect(answer.headers['www-authenticate'], request.path).toMatch(/^Bearer/)
      if (status === 503 || status === 429) expect(answer.headers['retry-after'], request.path).toMatch(/^\d+$/)
    }
  })
})

const problemOf = (text: string) => problemSchema.loose().parse(JSON.parse(text))
const json = { 'content-type': 'application/json' }

type Refusal = { readonly status: number; readonly request: Sending }

function refusals(door: (typeof doors)[number]): readonly Refusal[] {
  const mine = { authorization: user.authorization }
  const requests = [
    { status: 400, request: { method: 'POST', path: '/api/v1/auth/login', headers: json, body: '{"email"' } },
    { status: 400, request: { path: '/api/v1/users?limit=1e1', headers: { authorization: admin.authorization } } },
    { status: 401, request: { path: '/api/v1/users/me' } },
    { status: 401, request: { method: 'HEAD', path: '/api/v1/users/me' } },
    { status: 403, request: { path: '/api/v1/users', headers: mine } },
    { status: 404, request: { path: '/api/v1/nothing' } },
    { status: 404, request: { method: 'HEAD', path: '/api/v1/nothing' } },
    {
      status: 404,
      request: { path: `/api/v1/users/${admin.sessionId}`, headers: { authorization: admin.authorization } },
    },
    { status: 405, request: { method: 'PATCH', path: '/api/v1/users/me', headers: mine } },
    { status: 405, request: { path: '/api/v1/auth/login' } },
    { status: 405, request: { method: 'HEAD', path: '/api/v1/auth/login' } },
    {
      status: 413,
      request: { method: 'POST', path: '/api/v1/auth/login', headers: json, body: `"${'x'.repeat(4_096)}"` },
    },
    {
      status: 415,
      request: { method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'text/plain' }, body: '{}' },
    },
    { status: 422, request: { method: 'POST', path: '/api/v1/auth/login', headers: json, body: '{"email":1}' } },
  ]
  const inside = [{ status: 401, request: { path: `/internal/v1/sessions/${user.sessionId}` } }]
  return door === 'the edge' ? requests : [...requests, ...inside]
}

test('G5: 409, 412, 428 and 431 are problems too', async () => {
  const port = Number(new URL(shop.services.catalog.url).port)
  const headers = { ...json, authorization: admin.authorization }
  const stocked = await (await openWorld(shop)).stocked(2)
  const path = `/api/v1/inventory/${stocked}`
  const body = JSON.stringify({ quantity: 1, location: 'main' })
  const reserve = { reference: 'r:1', items: [{ product_id: stocked, quantity: 9 }], ttl_seconds: 300 }
  const answers = [
    [
      409,
      await send(port, { method: 'POST', path: '/api/v1/inventory/reserve', headers, body: JSON.stringify(reserve) }),
    ],
    [412, await send(port, { method: 'PUT', path, headers: { ...headers, 'if-match': '"99"' }, body })],
    [428, await send(port, { method: 'PUT', path, headers, body })],
  ] as const
  for (const [status, { status: answered, headers: given, text }] of answers) {
    expect(answered).toBe(status)
    expect(given['content-type']).toBe('application/problem+json')
    expect(problemOf(text)).toMatchObject({ status, request_id: given['x-request-id'] })
  }
  const large = await sendRaw(port, `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(100_000)}\r\n\r\n`)
  expect(large).toMatch(/^HTTP\/1.1 431 /)
  expect(problemOf(large.slice(large.indexOf('\r\n\r\n')))).toMatchObject({ status: 431 })
})

test('G5: 429, 500 and 503 are problems too, to HEAD as well', async () => {
  const [limited, failing, alone] = await Promise.all([
    shop.another('users', { RATE_LIMIT_REQUESTS: '1' }),
    shop.another('users', { FAILPOINTS: 'http.before_handler:throw' }),
    shop.another('catalog', { USERS_URL: 'http://127.0.0.1:9' }),
  ])
  await sendTo(limited.url, { method: 'GET', path: '/api/v1/users/me', as: user })
  const create = { method: 'POST', path: '/api/v1/products', as: admin, body: {} }
  const read = { method: 'GET', path: '/api/v1/users/me', as: user }
  for (const [status, url, request] of [
    [429, limited.url, read],
    [500, failing.url, read],
    [503, alone.url, create],
  ] as const) {
    const answer = await sendTo(url, request)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(problemOf(answer.text)).toMatchObject({ status, request_id: answer.headers.get('x-request-id') })
    if (status !== 500) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    if (request.method !== 'GET') continue
    const head = await sendTo(url, { ...request, method: 'HEAD' })
    expect([head.status, head.text]).toEqual([status, ''])
    expect(head.headers.get('content-type')).toBe('application/problem+json')
  }
})

test('G7: the token that a client sends is the one that its service sees, and each service verifies it again', async () => {
  const forged = `${user.authorization.slice(0, -4)}AAAA`
  const reading = { method: 'GET', path: '/api/v1/users/me' }
  expect((await sendTo(shop.edgeUrl, { ...reading, as: { authorization: forged } })).status).toBe(401)
  const orders = await sendTo(shop.edgeUrl, { method: 'GET', path: '/api/v1/orders', as: { authorization: forged } })
  expect(orders.status).toBe(401)
  expect((await sendTo(shop.edgeUrl, { ...reading, as: user })).status).toBe(200)
})

test('G7: what is inside stays inside, whoever asks', async () => {
  const inner = await shop.callers.service('user-management', ['sessions:read', 'users:contact'])
  for (const path of [`/internal/v1/sessions/${user.sessionId}`, '/internal/v1/service-token', '/metrics']) {
    for (const as of [anonymous, admin, inner]) {
      const { status, json: problem } = await sendTo(shop.edgeUrl, { method: 'GET', path, as })
      expect([path, status, problem.code]).toEqual([path, 404, 'edge/not-found'])
    }
  }
  const read = { method: 'GET', path: `/internal/v1/sessions/${user.sessionId}`, as: inner }
  expect((await sendTo(shop.services.users.url, read)).status).toBe(200)
  for (const name of ['users', 'catalog', 'orders']) {
    expect((await sendTo(shop.edgeUrl, { method: 'GET', path: `/health/${name}`, as: anonymous })).status).toBe(200)
    const ready = { method: 'GET', path: `/health/${name}?check=ready`, as: anonymous }
    expect((await sendTo(shop.edgeUrl, ready)).status).toBe(404)
  }
})

const documentSchema = z.object({
  info: z.object({ 'x-missing': z.array(z.string()) }),
  paths: z.record(z.string(), z.unknown()),
})

test('G7: the door describes what is behind it, of real services', async () => {
  const { status, json: document } = await sendTo(shop.edgeUrl, { method: 'GET', path: '/openapi.json', as: anonymous })
  const { info, paths } = documentSchema.parse(document)
  expect([status, info['x-missing']]).toEqual([200, []])
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/api/v1/auth/login', '/api/v1/products', '/api/v1/orders', '/api/v1/webhooks/shipping']),
  )
  expect(Object.keys(paths).filter((path) => path.startsWith('/internal'))).toEqual([])
  const page = (await sendTo(shop.edgeUrl, { method: 'GET', path: '/docs', as: anonymous })).status
  expect(page).toBe(200)
})
