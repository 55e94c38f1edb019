import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createShopServer, httpLimits, type ShopServer } from './http-server.ts'
import { Problem, problemSchema, problems } from './problems.ts'
import { createRoutes } from './routes.ts'
import { keptLog, type TestApp, testApp } from './testing/test-app.ts'

let server: ShopServer
let port: number
let log: ReturnType<typeof keptLog>
let served: TestApp
let release: () => void

beforeEach(async () => {
  const held = Promise.withResolvers<void>()
  release = held.resolve
  const routes = createRoutes()
  routes.get('/quick', (c) => c.text('quick'))
  routes.get('/held', async (c) => {
    await held.promise
    return c.text('held')
  })
  routes.get('/slow', async (c) => {
    await delay(1_050)
    return c.text('slow')
  })
  routes.get('/broken', () => {
    throw new Problem(problems.unavailable)
  })
  routes.post('/body', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  log = keptLog()
  served = testApp(routes)
  server = createShopServer(served.app.fetch, log.logger)
  port = await server.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  release()
  await server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 0 })
})

/** Sends bytes as they stand and reads until the server closes. */
async function send(raw: string): Promise<{ head: string; body: string }> {
  const socket = connect(port, '127.0.0.1')
  socket.write(raw)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { head, body }
}

test.each([
  ['without a Host', 'GET /quick HTTP/1.1\r\n\r\n', 400],
  ['with a Host that is none', 'GET /quick HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['that is garbage', 'garbage\r\n\r\n', 400],
  ['with 100 KB of headers', `GET /quick HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  [
    'with two lengths',
    'POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
])('X18: a request %s gets a problem, the connection ends, one warning is logged', async (_, raw, status) => {
  const { head, body } = await send(raw)
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head.toLowerCase()).toContain('content-type: application/problem+json')
  const problem = problemSchema.parse(JSON.parse(body))
  expect(problem.status).toBe(status)
  expect(head.toLowerCase()).toContain(`x-request-id: ${problem.request_id}`)
  expect(log.lines()).toMatchObject([{ level: 'WARN', request_id: problem.request_id, status_code: status }])
})

const limitBytes = 64 * 1024
const posted = (headers: string) => `POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n\r\n`
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`

test.each([
  ['of the limit, by its length', posted(`Content-Length: ${limitBytes}`) + 'x'.repeat(limitBytes), 200],
  ['of a byte more, by its length', posted(`Content-Length: ${limitBytes + 1}`) + 'x'.repeat(limitBytes + 1), 413],
  ['of a byte more, in chunks', `${posted('Transfer-Encoding: chunked')}${chunk(limitBytes)}${chunk(1)}0\r\n\r\n`, 413],
  ['of 10 MB, of which little has come', posted(`Content-Length: ${10 * 1024 * 1024}`) + 'x'.repeat(100_000), 413],
])('X17: a body %s is answered within a second, and its connection is not hung', async (_, raw, status) => {
  const startedAt = performance.now()
  expect((await send(raw)).head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

test('X17: after a body over the limit the connection is closed or goes on, for whoever keeps it', async () => {
  for (const [bytes, status] of [
    [limitBytes + 1, 413],
    [10, 200],
  ] as const) {
    const request = http.request({ port, host: '127.0.0.1', path: '/body', method: 'POST', agent })
    request.end('x'.repeat(bytes))
    const [response]: http.IncomingMessage[] = await once(request, 'response')
    response?.resume()
    expect(response?.statusCode).toBe(status)
  }
})

test('X17: headers or a body that trickle in are cut off with a problem; idle connections outlive a load balancer’s', async () => {
  expect(httpLimits).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 })
  const hasty = { ...httpLimits, headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 }
  await server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 0 })
  server = createShopServer(served.app.fetch, log.logger, hasty)
  port = await server.listen({ host: '127.0.0.1', port: 0 })
  const headers = await send('GET /quick HTTP/1.1\r\nHost: a\r\nX: ')
  expect(headers.head).toMatch(/^HTTP\/1.1 408 /)
  expect(problemSchema.parse(JSON.parse(headers.body)).code).toBe('request/timeout')
  const body = await send('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
  expect(body.head).toMatch(/^HTTP\/1.1 4\d\d /)
})

test('X20: a client that leaves before its body has arrived has its line, and is no failure of ours', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
  await expect.poll(() => server.inFlight()).toEqual(['POST /body'])
  socket.destroy()
  await expect.poll(() => served.lines()).toMatchObject([{ level: 'INFO', method: 'POST', status_code: 400 }])
})

test('X20: whatever becomes of a request it has one access line, in which nothing it says breaks out', async () => {
  const lineOf = async (raw: string) => {
    const before = served.lines().length
    await send(raw)
    await expect.poll(() => served.lines().length).toBe(before + 1)
    return served.lines().at(-1)
  }
  const fields = {
    request_id: expect.any(String),
    duration_ms: expect.any(Number),
    bytes: expect.any(Number),
    ip: '127.0.0.1',
  }
  const odd = encodeURIComponent('\u2028\u001b[31m\n')
  const close = 'Host: a\r\nConnection: close\r\n'
  expect(await lineOf(`GET /quick HTTP/1.1\r\n${close}\r\n`)).toMatchObject({
    ...fields,
    level: 'INFO',
    method: 'GET',
    route: '/quick',
    status_code: 200,
  })
  expect(await lineOf(`GET /${odd} HTTP/1.1\r\n${close}X-Request-ID: a "b"\r\n\r\n`)).toMatchObject({
    ...fields,
    level: 'INFO',
    route: 'unmatched',
    status_code: 404,
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(await lineOf(`${posted(`Content-Length: ${limitBytes + 1}`)}${'x'.repeat(limitBytes + 1)}`)).toMatchObject({
    level: 'INFO',
    route: '/body',
    status_code: 413,
  })
  expect(await lineOf(`GET /slow HTTP/1.1\r\n${close}\r\n`)).toMatchObject({ level: 'WARN', status_code: 200 })
  expect(await lineOf(`GET /broken HTTP/1.1\r\n${close}\r\n`)).toMatchObject({ level: 'ERROR', status_code: 503 })
})

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
async function get(path: string): Promise<{ text: string; connection: string | undefined }> {
  const request = http.get({ port, host: '127.0.0.1', path, agent })
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('no response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { text, connection: response.headers.connection }
}

test('closing answers what is in flight and closes its connection, and takes nothing new', async () => {
  expect((await get('/quick')).connection).toBe('keep-alive')
  const held = get('/held')
  await expect.poll(() => server.inFlight()).toEqual(['GET /held'])
  server.closeConnectionsAfterAnswer()
  const closed = server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 10_000 })
  release()
  expect(await held).toEqual({ text: 'held', connection: 'close' })
  expect(await closed).toEqual([])
  await expect(get('/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a request on an idle connection is still answered within the grace', async () => {
  await get('/quick')
  server.closeConnectionsAfterAnswer()
  const closed = server.close({ idleGraceMilliseconds: 10_000, drainMilliseconds: 10_000 })
  expect(await get('/quick')).toEqual({ text: 'quick', connection: 'close' })
  expect(await closed).toEqual([])
})

test('a handler that hangs is cut off when the time is over, and named', async () => {
  const held = get('/held').catch((error: NodeJS.ErrnoException) => error.code)
  await expect.poll(() => server.inFlight()).toEqual(['GET /held'])
  const closed = server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 20 })
  expect(await closed).toEqual(['GET /held'])
  expect(await held).toBe('ECONNRESET')
})
