import { createRoute, z } from '@hono/zod-openapi'
import { beforeEach, expect, test } from 'vitest'
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
      request: { query: z.strictObject({ limit: z.string().regex(/^\d+$/).optional() }) },
      responses: { 200: jsonAnswer('Things', z.array(thing)), ...problemResponses() },
    }),
    (c) => c.json([], 200),
  )
  routes.get('/api/v1/bug', () => {
    throw new Error('password of table users at /srv/app.ts')
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
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

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

test('30 000 nested arrays are refused without harm', async () => {
  const deep = testApp(createRoutes().openapi(echoRoute, (c) => c.json(c.req.valid('json'), 200)))
  const body = '['.repeat(30_000) + ']'.repeat(30_000)
  expect((await deep.app.request('/api/v1/echo', { method: 'POST', ...json(body) })).status).toBe(422)
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

test.each([
  ['of 65 characters', 'a'.repeat(65)],
  ['with a space', 'a b'],
  ['with a quote', 'a"b'],
  ['with a colon', 'a:b'],
  ['that is empty', ''],
])('a request id %s is replaced', async (_, given) => {
  const response = await service.app.request('/api/v1/things', { headers: { 'x-request-id': given } })
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('a good request id is kept, returned and logged', async () => {
  const id = `A-z.0_${'9'.repeat(58)}`
  const response = await service.app.request('/api/v1/things', { headers: { 'x-request-id': id } })
  expect(response.headers.get('x-request-id')).toBe(id)
  expect(service.lines().map((line) => line.request_id)).toEqual([id])
})

test('each request has one access line, by its route and never by its URL', async () => {
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

test('random paths, ids and methods make no new series', async () => {
  for (const name of ['a', 'b', 'c', 'd']) {
    await service.app.request(`/${name}/x`, { method: `M${name.toUpperCase()}` })
    await service.app.request(`/api/v1/things/${name}`, { method: 'PUT', ...json('{"name":"ab"}') })
  }
  const { values } = await service.metrics.requestDuration.get()
  const series = new Set(values.map(({ labels }) => `${labels.method} ${labels.route} ${labels.status_code}`))
  expect([...series].toSorted()).toEqual(['PUT /api/v1/things/:id 404', 'other unmatched 404'])
})

test('the API is described in OpenAPI 3.1 and on a page that needs no network', async () => {
  const document = await (await service.app.request('/openapi.json')).json()
  expect(document).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/things/{id}': { put: {} } } })
  const page = await (await service.app.request('/docs')).text()
  expect(page).toContain('/api/v1/things/{id}')
  expect(page).not.toMatch(/(src|href)=|url\(|@import/)
})
