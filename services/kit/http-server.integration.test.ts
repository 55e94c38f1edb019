import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createShopServer, type ShopServer } from './http-server.ts'
import { problemSchema } from './problems.ts'
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

test('a body over the limit is refused while it is being sent, and the connection is not hung', async () => {
  const head = `POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n`
  const { head: answer } = await send(head + 'x'.repeat(100_000))
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
})

test('a client that leaves before its body has arrived is no failure of ours', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
  await expect.poll(() => server.inFlight()).toEqual(['POST /body'])
  socket.destroy()
  await expect.poll(() => served.lines()).toMatchObject([{ level: 'INFO', method: 'POST', status_code: 400 }])
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
