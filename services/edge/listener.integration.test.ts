import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { send, sendRaw } from './testing/send.ts'
import { accessLines, all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { echo } from './testing/test-upstream.ts'

const bodyOf = (raw: string) => JSON.parse(raw.slice(raw.indexOf('\r\n\r\n') + 4))

test.each([
  ['garbage', 'GARBAGE\r\n\r\n', 400, 'edge/malformed'],
  ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'edge/malformed'],
  ['two Hosts', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400, 'edge/malformed'],
  [
    'two lengths',
    'POST /api/v1/users HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'edge/malformed',
  ],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400, 'edge/malformed'],
  [
    '100 KB of headers',
    `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(100_000)}\r\n\r\n`,
    431,
    'edge/headers-too-large',
  ],
  ['CONNECT', 'CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n', 405, 'edge/method-not-allowed'],
  [
    'another expectation',
    'POST /api/v1/users HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n',
    417,
    'edge/expectation-failed',
  ],
])('X18: %s is a problem and ends the connection', async (_, bytes, status, code) => {
  const { url, requests } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const raw = await sendRaw(publicPort(edge), bytes)
  expect(raw).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(raw.toLowerCase()).toContain('content-type: application/problem+json')
  expect(bodyOf(raw)).toMatchObject({ status, code })
  expect(requests).toHaveLength(0)
  await vi.waitUntil(() => edge.lines.some((line) => line.request_id === bodyOf(raw).request_id))
})

test('X18: the refusal also reaches a client that is still talking', async () => {
  const edge = await edgeWith({})
  const raw = await sendRaw(publicPort(edge), `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(8_000_000)}\r\n\r\n`)
  expect(bodyOf(raw)).toMatchObject({ status: 431 })
})

test('X18: garbage behind a request cannot put words into its answer', async () => {
  const { url, requests } = await upstreamWith(() => undefined)
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const raw = sendRaw(publicPort(edge), 'GET /api/v1/users HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n').catch(() => '')
  expect(await raw).toBe('')
  expect(requests.length).toBeLessThanOrEqual(1)
})

test('X17: a head that trickles is cut off with a problem', async () => {
  const edge = await edgeWith({}, { timeouts: { clientHeadMilliseconds: 200 } })
  const raw = await sendRaw(publicPort(edge), 'GET / HTTP/1.1\r\nHost:')
  expect(bodyOf(raw)).toMatchObject({ status: 408, code: 'edge/request-timeout' })
})

test('X17: a body that trickles is cut off and the service is freed', async () => {
  const closed = Promise.withResolvers<void>()
  const { url } = await upstreamWith((request) => void request.on('close', () => closed.resolve()).resume())
  const edge = await edgeWith(
    { current: { release: 1, upstreams: all(url) } },
    { timeouts: { clientHeadMilliseconds: 200, clientRequestMilliseconds: 500 } },
  )
  const raw = await sendRaw(publicPort(edge), 'POST /api/v1/users HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{')
  expect(bodyOf(raw)).toMatchObject({ status: 408 })
  await closed.promise
})

test('an upgrade is not taken up: the request is an ordinary one', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  for (const upgrade of ['websocket', 'h2c']) {
    const headers = { connection: 'Upgrade', upgrade, 'http2-settings': 'AA' }
    const answer = await send(publicPort(edge), { path: '/api/v1/users', headers })
    expect(answer.status).toBe(200)
    expect(answer.json().headers).not.toHaveProperty('upgrade')
  }
})

test('answers without a body keep the connection in step', async () => {
  const { url } = await upstreamWith((request, response) => {
    const status = Number(request.url?.split('/').pop())
    response
      .writeHead(status, status === 200 ? { 'content-length': '5' } : { etag: '"a"' })
      .end(status === 200 ? 'hello' : '')
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const [method, status, text] of [
    ['HEAD', 200, ''],
    ['GET', 204, ''],
    ['GET', 304, ''],
    ['GET', 200, 'hello'],
  ] as const) {
    const answer = await send(publicPort(edge), { method, path: `/api/v1/orders/${status}`, agent })
    expect(answer).toMatchObject({ status, text })
    if (method === 'HEAD') expect(answer.headers['content-length']).toBe('5')
  }
  agent.destroy()
})

test('100-continue is answered, and the body follows', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const answered = Promise.withResolvers<string>()
  const headers = { expect: '100-continue', 'content-length': '5' }
  const options = {
    host: '127.0.0.1',
    port: publicPort(edge),
    method: 'POST',
    path: '/api/v1/users',
    agent: false as const,
  }
  const request = httpRequest({ ...options, headers }, (response) => {
    response.on('data', (chunk: Buffer) => answered.resolve(chunk.toString()))
  })
  request.on('continue', () => request.end('hello'))
  request.flushHeaders()
  expect(JSON.parse(await answered.promise)).toMatchObject({ body: 'hello' })
})

test('a chunked body with trailers passes as a body', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const head = 'POST /api/v1/users HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTrailer: X-Sum\r\n'
  const raw = await sendRaw(
    publicPort(edge),
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n`,
  )
  expect(raw).toContain('"body":"hello"')
  expect(raw).not.toContain('x-sum')
})

test('requests sent at once are answered in their order, with one access line each', async () => {
  const { url } = await upstreamWith((request, response) => {
    const last = request.url?.endsWith('/1') ? 1 : 0
    setImmediate(() => (last === 1 ? setImmediate(() => response.end('one')) : response.end('two')))
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const one = 'GET /api/v1/users/1 HTTP/1.1\r\nHost: a\r\n\r\n'
  const two = 'GET /api/v1/users/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const raw = await sendRaw(publicPort(edge), one + two)
  expect(raw.indexOf('one')).toBeGreaterThan(0)
  expect(raw.indexOf('two')).toBeGreaterThan(raw.indexOf('one'))
  await vi.waitUntil(() => accessLines(edge).length === 2)
})

test('what runs behind is not told', async () => {
  const { url } = await upstreamWith((_, response) => {
    response
      .writeHead(200, { server: 'x/1', 'x-powered-by': 'y', 'x-shop-release': '9', 'set-cookie': ['a=1', 'b=2'] })
      .end()
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const { headers } = await send(publicPort(edge), { path: '/api/v1/users' })
  expect(headers).not.toHaveProperty('server')
  expect(headers).not.toHaveProperty('x-powered-by')
  expect(headers).toMatchObject({ 'x-shop-release': '1', 'set-cookie': ['a=1', 'b=2'] })
})

test('while stopping, connections are led away and what is in flight ends', async () => {
  const waiting: (() => void)[] = []
  const { url } = await upstreamWith((_, response) => void waiting.push(() => response.end('slow')))
  const edge = await edgeWith(
    { current: { release: 1, upstreams: all(url) } },
    { timeouts: { farewellMilliseconds: 300 } },
  )
  const slow = send(publicPort(edge), { path: '/api/v1/users' })
  await vi.waitUntil(() => waiting.length === 1)
  const stopped = edge.control('POST', '/stop')
  expect((await stopped).status).toBe(202)
  const late = await send(publicPort(edge), { path: '/health', headers: { connection: 'keep-alive' } })
  expect(late).toMatchObject({ status: 200, headers: { connection: 'close' } })
  await vi.waitUntil(() => refuses(publicPort(edge)))
  waiting[0]?.()
  expect(await slow).toMatchObject({ status: 200, text: 'slow' })
  expect(await edge.stop()).toBe(true)
})

test('a stop does not wait for ever: what hangs is cut, also on a release that is no longer current', async () => {
  const hanging = await upstreamWith(() => undefined)
  const edge = await edgeWith(
    { current: { release: 1, upstreams: all(hanging.url) } },
    { timeouts: { drainMilliseconds: 200 } },
  )
  const answers = ['users', 'orders'].map((name) => send(publicPort(edge), { path: `/api/v1/${name}` }).catch(String))
  await vi.waitUntil(() => hanging.requests.length === 2)
  await edge.route({})
  expect(await edge.stop()).toBe(false)
  for (const answer of answers) expect(await answer).toBe('Error: socket hang up')
  await vi.waitUntil(async () => (await hanging.openConnections()) === 0)
})

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}
