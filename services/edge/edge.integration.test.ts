import { expect, test, vi } from 'vitest'
import { send } from './testing/send.ts'
import { accessLines, all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { echo } from './testing/test-upstream.ts'

test('G7: a request reaches its service whole, and the answer says which release gave it', async () => {
  const { url } = await upstreamWith(echo('catalog'))
  const edge = await edgeWith({ current: { release: 41, upstreams: all(url) } })
  const answer = await send(publicPort(edge), {
    method: 'POST',
    path: '/api/v1/products?x=%2F1',
    headers: { 'x-request-id': 'r-1', 'x-user-id': 'admin', 'x-forwarded-for': '1.2.3.4', host: 'shop.example' },
    body: '{"a":1}',
  })
  expect(answer.status).toBe(200)
  expect(answer.headers).toMatchObject({
    'x-request-id': 'r-1',
    'x-shop-release': '41',
    'x-content-type-options': 'nosniff',
  })
  const seen = answer.json()
  expect(seen).toMatchObject({ method: 'POST', url: '/api/v1/products?x=%2F1', body: '{"a":1}' })
  expect(seen.headers).toMatchObject({
    host: 'shop.example',
    'x-request-id': 'r-1',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'shop.example',
  })
  expect(seen.headers).not.toHaveProperty('x-user-id')
})

test.each([
  { trustedProxyHops: 1, sent: 'https', said: 'max-age=31536000' },
  { trustedProxyHops: 1, sent: 'http', said: undefined },
  { trustedProxyHops: 0, sent: 'https', said: undefined },
])('X27: over $sent behind $trustedProxyHops trusted hops, the door asks for TLS: $said', async (row) => {
  const { url } = await upstreamWith((_request, response) => {
    response.setHeader('strict-transport-security', 'max-age=0').end('{}')
  })
  const { trustedProxyHops, sent, said } = row
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } }, { trustedProxyHops })
  for (const path of ['/api/v1/users', '/nowhere', '/health']) {
    const { headers } = await send(publicPort(edge), { path, headers: { 'x-forwarded-proto': sent } })
    expect(headers['strict-transport-security']).toBe(said)
  }
})

test('X30: a request id is made where none or a bad one came', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const answer = await send(publicPort(edge), { path: '/api/v1/users', headers: { 'x-request-id': 'two words' } })
  const id = String(answer.headers['x-request-id'])
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer.json().headers).toMatchObject({ 'x-request-id': id })
  expect(accessLines(edge)).toMatchObject([{ request_id: id, status_code: 200 }])
})

test('G7: internal paths are found inside and not outside', async () => {
  const { url, requests } = await upstreamWith(echo('catalog'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  for (const path of ['/internal/x', '/metrics', '/health?check=ready', '/health/catalog?check=ready']) {
    const outside = await send(publicPort(edge), { path })
    expect(outside.status).toBe(404)
    expect(outside.headers['content-type']).toBe('application/problem+json')
    expect(outside.json()).toMatchObject({ code: 'edge/not-found', request_id: outside.headers['x-request-id'] })
  }
  expect(requests).toHaveLength(0)
  const inside = await send(edge.ports['internal catalog'] ?? 0, { path: '/internal/x?y=1' })
  expect(inside.json()).toMatchObject({ url: '/internal/x?y=1' })
})

test('a preview token leads to the candidate and is passed on; a wrong one is dropped', async () => {
  const [current, candidate] = [await upstreamWith(echo('current')), await upstreamWith(echo('candidate'))]
  const token = 'preview-token-0123456'
  const edge = await edgeWith({
    current: { release: 41, upstreams: all(current.url) },
    candidate: { release: 42, token, upstreams: all(candidate.url) },
  })
  for (const port of [publicPort(edge), edge.ports['internal catalog'] ?? 0]) {
    const path = '/api/v1/products'
    const preview = await send(port, { path, headers: { 'x-release-preview': token } })
    expect(preview.headers['x-shop-release']).toBe('42')
    expect(preview.json()).toMatchObject({ name: 'candidate', headers: { 'x-release-preview': token } })
    const wrong = await send(port, { path, headers: { 'x-release-preview': `${token}x` } })
    expect(wrong.json()).toMatchObject({ name: 'current' })
    expect(wrong.json().headers).not.toHaveProperty('x-release-preview')
  }
})

test('without a release there is a problem that says when to come again, and the edge is healthy', async () => {
  const { url } = await upstreamWith(echo('candidate'))
  const token = 'preview-token-0123456'
  const edge = await edgeWith({ candidate: { release: 1, token, upstreams: all(url) } })
  const refused = await send(publicPort(edge), { path: '/api/v1/products' })
  expect(refused.status).toBe(503)
  expect(refused.headers['retry-after']).toBe('1')
  expect(refused.json()).toMatchObject({ code: 'edge/no-release', instance: '/api/v1/products' })
  expect((await send(publicPort(edge), { path: '/health' })).json()).toMatchObject({ status: 'ok', release: null })
  const preview = await send(publicPort(edge), { path: '/api/v1/products', headers: { 'x-release-preview': token } })
  expect(preview.status).toBe(200)
})

test('services of the first release meet before anybody may meet them', async () => {
  const { url } = await upstreamWith(echo('candidate'))
  const candidate = { release: 1, token: 'preview-token-0123456', upstreams: all(url), reach: 'between-services' }
  const edge = await edgeWith({ candidate })
  const inside = await send(edge.ports['internal catalog'] ?? 0, { path: '/api/v1/products' })
  expect(inside.json()).toMatchObject({ name: 'candidate' })
  expect((await send(publicPort(edge), { path: '/.well-known/jwks.json' })).status).toBe(503)
})

test('routes that cannot be read are refused and the last good ones stay', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 41, upstreams: all(url) } })
  const refused = await edge.route('{"schema":"shopctl.routes/1","generation":9}')
  expect(refused.status).toBe(422)
  expect(refused.json()).toMatchObject({ code: 'edge/routes-refused', detail: expect.stringContaining('current') })
  expect((await send(publicPort(edge), { path: '/api/v1/users' })).headers['x-shop-release']).toBe('41')

  const taken = await edge.route({ current: { release: 42, upstreams: all(url) } })
  expect(taken.json()).toEqual({ generation: 3, release: 42 })
})

test('the control API asks for its token', async () => {
  const edge = await edgeWith({})
  for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
    const answer = await send(edge.ports.control ?? 0, { method: 'POST', path: '/stop', headers })
    expect(answer.status).toBe(401)
  }
  expect((await edge.control('GET', '/status')).json()).toMatchObject({
    generation: 1,
    release: null,
    pid: process.pid,
  })
  expect((await edge.control('GET', '/stop')).headers.allow).toBe('POST')
  expect((await edge.control('GET', '/toString')).status).toBe(404)
})

test('with static routes it serves without a number and without a control port', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: null, upstreams: all(url) } }, { control: 'none' })
  expect(Object.keys(edge.ports)).not.toContain('control')
  const answer = await send(publicPort(edge), { path: '/api/v1/users' })
  expect(answer.status).toBe(200)
  expect(answer.headers).not.toHaveProperty('x-shop-release')
  expect((await send(publicPort(edge), { path: '/docs' })).text).toContain('The shop is serving.')
  expect((await send(publicPort(edge), { path: '/health' })).json()).toMatchObject({ status: 'ok', release: null })
})

test('in flight is told for each upstream, also for one that is no longer current', async () => {
  const waiting: (() => void)[] = []
  const slow = await upstreamWith((_, response) => void waiting.push(() => response.end('slow')))
  const fast = await upstreamWith((_, response) => void response.end('fast'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(slow.url) } })
  const before = send(publicPort(edge), { path: '/api/v1/users' })
  await vi.waitUntil(() => waiting.length === 1)
  await edge.route({ current: { release: 2, upstreams: all(fast.url) } })

  expect((await send(publicPort(edge), { path: '/api/v1/users' })).text).toBe('fast')
  expect((await edge.control('GET', '/status')).json()).toMatchObject({
    release: 2,
    in_flight: { [slow.url]: 1, [fast.url]: 0 },
  })
  waiting[0]?.()
  expect(await before).toMatchObject({ status: 200, text: 'slow' })
  await vi.waitUntil(async () => (await slow.openConnections()) === 0)
  const { in_flight } = (await edge.control('GET', '/status')).json()
  expect(in_flight).toEqual({ [fast.url]: 0 })
})
