import { createHash, randomUUID } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import { beforeEach, expect, test } from 'vitest'
import { DatabaseUnavailable } from './database-faults.ts'
import { Problem, problemResponses, problemSchema, problems } from './problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from './routes.ts'
import { type TestApp, testApp } from './testing/test-app.ts'

const thing = z.strictObject({ name: z.string().min(2), parts: z.array(z.strictObject({ size: z.int() })).optional() })
const thingPath = '/api/v1/things/0190c4b0-0000-7000-8000-000000000000'

let service: TestApp
beforeEach(() => {
  const routes = createRoutes()
  routes.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/things/{id}',
      operationId: 'putThing',
      tags: ['things'],
      summary: 'Put a thing',
      security: [],
      request: { params: z.object({ id: z.uuid() }), body: jsonBody(thing) },
      responses: { 200: jsonAnswer('The thing', thing), ...problemResponses(problems.invalid, problems.notFound) },
    }),
    (c) => c.json(c.req.valid('json'), 200),
  )
  routes.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/things',
      operationId: 'listThings',
      tags: ['things'],
      summary: 'List things',
      security: [],
      request: { query: z.object({ limit: z.string().regex(/^\d+$/).optional(), sort: z.string().optional() }) },
      responses: { 200: jsonAnswer('Things', z.array(thing)), ...problemResponses() },
    }),
    (c) => c.json([], 200),
  )
  routes.get('/api/v1/bug', () => {
    throw new Error('password of table users at /srv/app.ts')
  })
  routes.get('/api/v1/database-gone', () => {
    throw DatabaseUnavailable.from(new Error('connect ECONNREFUSED 10.0.0.7:5432'))
  })
  const notYet = { code: 'things/not-yet', status: 503, title: 'Not made yet' } as const
  routes.get('/api/v1/not-yet', () => {
    throw new Problem(notYet)
  })
  routes.get('/api/v1/not-readable', () => {
    throw new Problem(notYet, { cause: new Error('of another length than it was stored') })
  })
  routes.get('/api/v1/conflict', () => {
    throw new Problem({ code: 'things/taken', status: 409, title: 'Taken' }, { headers: { 'Retry-After': '7' } })
  })
  service = testApp(routes, { bodyLimits: { '/api/v1/things': 200 } })
})

const put = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => service.app.request(thingPath, { method: 'PUT', body, headers })

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = problemSchema.loose().parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(problem.request_id).toBe(response.headers.get('x-request-id'))
  expect(problem.type).toBe(`urn:shop:problem:${problem.code}`)
  return problem
}

test('a valid body reaches its handler and a good answer its client', async () => {
  const response = await put('{"name":"lamp"}')
  expect([response.status, await response.json()]).toEqual([200, { name: 'lamp' }])
})

test.each([
  ['a good answer', () => service.app.request('/api/v1/things', { headers: origin })],
  ['a refusal', () => service.app.request('/api/v1/things', { method: 'POST', headers: origin })],
  ['a bug', () => service.app.request('/api/v1/bug', { headers: origin })],
  ['an unknown path', () => service.app.request('/nowhere', { headers: { origin: 'null' } })],
  ['a preflight', () => service.app.request('/api/v1/things', { method: 'OPTIONS', headers: preflight })],
])('X27: %s may not be sniffed or kept, tells nothing of its server, and is for no other origin', async (_, ask) => {
  const { headers } = await ask()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
  const told = [...headers.keys()].filter((name) => /^(server|x-powered-by|access-control-.*)$/.test(name))
  expect(told).toEqual([])
})
const origin = { origin: 'https://elsewhere.example', cookie: 'a=b' }
const preflight = { ...origin, 'access-control-request-method': 'GET' }

test.each([
  ['an unknown path', () => service.app.request('/nowhere'), 404, 'request/not-found'],
  [
    'a malformed id',
    () => service.app.request('/api/v1/things/7', { method: 'PUT', ...json('{"name":"ab"}') }),
    404,
    'object/not-found',
  ],
  [
    'a wrong method',
    () => service.app.request('/api/v1/things', { method: 'POST' }),
    405,
    'request/method-not-allowed',
  ],
  [
    'an invented method',
    () => service.app.request('/api/v1/things', { method: 'BREW' }),
    405,
    'request/method-not-allowed',
  ],
  ['JSON that ends early', () => put('{"name":'), 400, 'request/malformed'],
  ['no body where one is due', () => put('', { 'content-type': 'application/json' }), 400, 'request/malformed'],
  ['bytes that are not UTF-8', () => put(Buffer.from([0x7b, 0xff])), 400, 'request/malformed'],
  ['a NUL in a string', () => put('{"name":"a\\u0000b"}'), 400, 'request/malformed'],
  ['a NUL in a name', () => put('{"a\\u0000b":1}'), 400, 'request/malformed'],
  ['half a surrogate pair', () => put('{"parts":["\\ud800"]}'), 400, 'request/malformed'],
  ['a NUL in the path', () => service.app.request('/api/v1/%00'), 400, 'request/malformed'],
  ['bad UTF-8 in the query', () => service.app.request('/api/v1/things?limit=%ff'), 400, 'request/malformed'],
  ['a query value out of form', () => service.app.request('/api/v1/things?limit=0x10'), 400, 'request/malformed'],
  ['an unknown query parameter', () => service.app.request('/api/v1/things?page=1'), 400, 'request/malformed'],
  [
    'a query parameter where there are none',
    () => service.app.request(`${thingPath}?dry_run=true`, { method: 'PUT', ...json('{"name":"ab"}') }),
    400,
    'request/malformed',
  ],
  [
    'UTF-16',
    () => put(Buffer.from('{"name":"ab"}', 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
    415,
    'request/unsupported-media-type',
  ],
  ['text instead of JSON', () => put('name', { 'content-type': 'text/plain' }), 415, 'request/unsupported-media-type'],
  ['a body of no type', () => put(Buffer.from('{}'), {}), 415, 'request/unsupported-media-type'],
  ['a body over its limit', () => put(`{"name":"${'a'.repeat(200)}"}`), 413, 'request/too-large'],
  ['a body of another shape', () => put('[]'), 422, 'request/invalid'],
  ['a field named __proto__', () => put('{"name":"ab","__proto__":{"admin":true}}'), 422, 'request/invalid'],
  ['a problem from a handler', () => service.app.request('/api/v1/conflict'), 409, 'things/taken'],
])('%s is answered as a problem', async (_, ask, status, code) => {
  const response = await ask()
  expect(response.status).toBe(status)
  expect((await problemOf(response)).code).toBe(code)
})

const json = (body: string) => ({ body, headers: { 'content-type': 'application/json' } })

test('every fault of a body is pointed at', async () => {
  const { errors } = await problemOf(await put('{"name":"a","parts":[{"size":"1"}],"a/b":1}'))
  expect(errors?.map(({ pointer, code }) => [pointer, code])).toEqual([
    ['/name', 'too_small'],
    ['/parts/0/size', 'invalid_type'],
    ['/a~1b', 'unknown_field'],
  ])
})

test('an unknown query parameter is named, and those that there are', async () => {
  const { errors } = await problemOf(await service.app.request('/api/v1/things?limit=1&user_id=7&page=2'))
  const message = 'Unknown parameter: there are limit, sort'
  expect(errors).toEqual([
    { parameter: 'user_id', code: 'unknown_parameter', message },
    { parameter: 'page', code: 'unknown_parameter', message },
  ])
})

test.each(['gzip', 'br', 'identity, gzip', 'GZIP'])(
  'a body that says it is encoded as %s is not read',
  async (encoding) => {
    const response = await put('{"name":"lamp"}', { 'content-type': 'application/json', 'content-encoding': encoding })
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(await problemOf(response)).toMatchObject({
      code: 'request/unsupported-media-type',
      detail: 'The body must not be encoded or compressed',
    })
  },
)

test.each([
  { 'content-type': 'application/json', 'content-encoding': 'Identity' },
  { 'content-type': 'application/json; charset=UTF-8' },
  { 'content-type': 'application/json; charset="utf-8"' },
])('a body is read that says it is what all are: %o', async (headers) => {
  const response = await put('{"name":"lamp"}', headers)
  expect([response.status, await response.json()]).toEqual([200, { name: 'lamp' }])
})

test('a body that is not UTF-8 is not called encoded', async () => {
  const response = await put('{"name":"lamp"}', { 'content-type': 'application/json;charset=iso-8859-1' })
  expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, null])
})

test('a body that comes in chunks is counted as it comes', async () => {
  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1
      controller.enqueue(Buffer.alloc(50, 0x20))
    },
  })
  const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body: endless, duplex: 'half' }
  const response = await service.app.request(thingPath, { ...init, headers: { 'content-type': 'application/json' } })
  expect((await problemOf(response)).code).toBe('request/too-large')
  expect(pulled).toBeLessThan(10)
})

test('X17: 30 000 nested arrays and 10 000 unknown fields are refused without harm', async () => {
  const routes = createRoutes().openapi(echoRoute, (c) => c.json(c.req.valid('json'), 200))
  const deep = testApp(routes, { bodyLimits: { '/api/v1/echo': 128 * 1024 } })
  const body = '['.repeat(30_000) + ']'.repeat(30_000)
  expect((await deep.app.request('/api/v1/echo', { method: 'POST', ...json(body) })).status).toBe(422)
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1])))
  expect((await deep.app.request('/api/v1/echo', { method: 'POST', ...json(wide) })).status).toBe(422)
})
const echoRoute = createRoute({
  method: 'post',
  path: '/api/v1/echo',
  request: { body: jsonBody(thing) },
  responses: { 200: jsonAnswer('Echo', thing) },
})

test('a wrong method is told the right ones', async () => {
  const response = await service.app.request(thingPath, { method: 'DELETE' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'PUT'])
  expect((await service.app.request('/api/v1/things', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD')
})

test('HEAD is answered as GET is, without a body', async () => {
  const found = await service.app.request('/api/v1/things', { method: 'HEAD' })
  expect([found.status, await found.text()]).toEqual([200, ''])
  const missing = await service.app.request('/nowhere', { method: 'HEAD' })
  expect([missing.status, missing.headers.get('content-type'), await missing.text()]).toEqual([
    404,
    'application/problem+json',
    '',
  ])
})

test('a bug is told to the log and not to the client, and the next request works', async () => {
  const response = await service.app.request('/api/v1/bug')
  const text = await response.clone().text()
  const { code, request_id } = await problemOf(response)
  expect([response.status, code]).toEqual([500, 'internal/error'])
  expect(text).not.toMatch(/password|users|\.ts/)
  const failure = service.lines().find(({ message }) => message === 'request failed')
  expect(failure).toMatchObject({ level: 'ERROR', request_id })
  expect(JSON.stringify(failure)).toContain('password of table users')
  expect((await service.app.request('/api/v1/things')).status).toBe(200)
})

test('a database that is gone is a 503, and the log says why', async () => {
  const response = await service.app.request('/api/v1/database-gone')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  const text = await response.clone().text()
  const { request_id } = await problemOf(response)
  expect(text).not.toContain('ECONNREFUSED')
  const reason = service.lines().find(({ message }) => message === 'not able to answer now')
  expect(reason).toMatchObject({ level: 'WARN', request_id, error: { message: 'connect ECONNREFUSED 10.0.0.7:5432' } })
})

test.each([
  ['not-yet', []],
  ['not-readable', ['WARN']],
])('a 503 that was meant (%s) is no fault, and what is behind it is told to the log', async (path, levels) => {
  expect((await service.app.request(`/api/v1/${path}`)).status).toBe(503)
  const told = service.lines().filter(({ message }) => message === 'not able to answer now')
  expect(told.map(({ level }) => level)).toEqual(levels)
  const why = JSON.stringify(told).includes('of another length than it was stored')
  expect(why).toBe(path === 'not-readable')
})

test.each([
  ['of 65 characters', 'a'.repeat(65)],
  ['with a space', 'a b'],
  ['with a quote', 'a"b'],
  ['with a colon', 'a:b'],
  ['that is empty', ''],
])('X30: a request id %s is replaced', async (_, given) => {
  const response = await service.app.request('/api/v1/things', { headers: { 'x-request-id': given } })
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('X30: a good request id is kept, returned and logged', async () => {
  const id = `A-z.0_${'9'.repeat(58)}`
  const response = await service.app.request('/api/v1/things', { headers: { 'x-request-id': id } })
  expect(response.headers.get('x-request-id')).toBe(id)
  expect(service.lines().map((line) => line.request_id)).toEqual([id])
})

test('X20: each request has one access line, by its route and never by its URL', async () => {
  await put('{"name":"lamp"}')
  await service.app.request('/no\nwhere')
  await service.app.request('/api/v1/bug')
  const access = service.lines().filter((line) => 'route' in line)
  expect(access.map(({ level, method, route, status_code }) => ({ level, method, route, status_code }))).toEqual([
    { level: 'INFO', method: 'PUT', route: '/api/v1/things/:id', status_code: 200 },
    { level: 'INFO', method: 'GET', route: 'unmatched', status_code: 404 },
    { level: 'ERROR', method: 'GET', route: '/api/v1/bug', status_code: 500 },
  ])
  expect(access.every((line) => typeof line.duration_ms === 'number')).toBe(true)
})

test('X5: 10 000 requests to invented paths, methods and ids make no new series', async () => {
  const word = (round: number, salt: string) => createHash('sha256').update(`${salt}${round}`).digest('hex')
  for (let round = 0; round < 10_000; round += 1) {
    const invented = word(round, 'method')
      .replaceAll(/[^a-f]/g, '')
      .toUpperCase()
    const method = ['GET', 'PUT', 'POST', `X${invented}`][round % 4] ?? ''
    const path =
      [`/api/v1/things/${randomUUID()}`, `/${word(round, 'path')}`, `/api/v1/things/%${invented}`][round % 3] ?? ''
    await service.app.request(path, { method })
  }
  const { values } = await service.metrics.requestDuration.get()
  const routes = new Set(values.map(({ labels }) => `${labels.method} ${labels.route}`))
  expect([...routes].toSorted()).toEqual([
    'GET unmatched',
    'POST unmatched',
    'PUT /api/v1/things/:id',
    'PUT unmatched',
    'other unmatched',
  ])
  const series = (await service.metrics.registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line))
  expect(series.length).toBeLessThanOrEqual(2_000)
})

test('the API is described in OpenAPI 3.1 and on a page that needs no network', async () => {
  const document = await (await service.app.request('/openapi.json')).json()
  expect(document).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/things/{id}': { put: {} } } })
  const page = await (await service.app.request('/docs')).text()
  expect(page).toContain('/api/v1/things/{id}')
  expect(page).not.toMatch(/src=|href="(?!\/problems)|url\(|@import/)
})
