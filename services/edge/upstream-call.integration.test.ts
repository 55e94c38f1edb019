import { request as httpRequest } from 'node:http'
import { expect, test, vi } from 'vitest'
import { send } from './testing/send.ts'
import { accessLines, all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { echo, startTestUpstream } from './testing/test-upstream.ts'

test('G7: a client that leaves cancels the work of the service', async () => {
  const left = Promise.withResolvers<void>()
  const { url, requests } = await upstreamWith((_, response) => void response.on('close', () => left.resolve()))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const request = httpRequest({ host: '127.0.0.1', port: publicPort(edge), path: '/api/v1/orders', agent: false })
  request.on('error', () => undefined)
  request.end()
  await vi.waitUntil(() => requests.length === 1)
  request.destroy()
  await left.promise
  await vi.waitUntil(() => accessLines(edge).length === 1)
  expect(accessLines(edge)).toMatchObject([{ status_code: 499, level: 'INFO', message: 'the client left' }])
})

test('a service that dies in the middle of an answer is a broken answer, never a short one', async () => {
  const { url } = await upstreamWith((_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' })
    response.write('half', () => response.destroy())
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  await expect(send(publicPort(edge), { path: '/api/v1/orders' })).rejects.toMatchObject({ code: 'ECONNRESET' })
  await vi.waitUntil(() => accessLines(edge).length === 1)
  expect(accessLines(edge)).toMatchObject([{ level: 'ERROR', upstream: 'orders', error: { code: 'UND_ERR_SOCKET' } }])
})

test('G7: a dead service is a 503 problem that names it', async () => {
  const dead = await startTestUpstream(echo('dead'))
  await dead.close()
  const edge = await edgeWith({ current: { release: 1, upstreams: all(dead.url) } })
  for (const method of ['GET', 'POST', 'HEAD']) {
    const answer = await send(publicPort(edge), { method, path: '/api/v1/orders' })
    expect(answer.status).toBe(503)
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' })
    if (method !== 'HEAD') {
      expect(answer.json()).toMatchObject({
        code: 'edge/upstream-unavailable',
        detail: expect.stringContaining('orders'),
      })
    }
  }
})

test.each([
  ['GET', 2],
  ['HEAD', 2],
  ['POST', 1],
  ['PUT', 1],
  ['DELETE', 1],
])('G7: a %s that is reset before it is answered arrives %i times', async (method, times) => {
  const { url, requests } = await upstreamWith((request) => void request.socket.resetAndDestroy())
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const answer = await send(publicPort(edge), { method, path: '/api/v1/orders' })
  expect(answer.status).toBe(503)
  expect(requests).toHaveLength(times)
})

test('a GET whose connection breaks once is answered on a fresh one', async () => {
  let broken = 0
  const { url } = await upstreamWith((request, response) => {
    if (request.url?.endsWith('break') && broken++ === 0) request.socket.destroy()
    else response.end('ok')
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  expect(await send(publicPort(edge), { path: '/api/v1/orders/break' })).toMatchObject({ status: 200, text: 'ok' })
  expect(accessLines(edge)).toHaveLength(1)
})

test('a service that does not answer in time is a 504, and the call is cancelled', async () => {
  const closed = Promise.withResolvers<void>()
  const { url, requests } = await upstreamWith((_, response) => void response.on('close', () => closed.resolve()))
  const edge = await edgeWith(
    { current: { release: 1, upstreams: all(url) } },
    { timeouts: { answerHeadMilliseconds: 500 } },
  )
  const answer = await send(publicPort(edge), { path: '/api/v1/orders' })
  expect(answer.json()).toMatchObject({ status: 504, code: 'edge/upstream-timeout' })
  await closed.promise
  expect(requests).toHaveLength(1)
})

test('idle connections to a service end at the edge, long before the service would end them', async () => {
  const upstream = await upstreamWith((_, response) => void response.end('ok'))
  const edge = await edgeWith(
    { current: { release: 1, upstreams: all(upstream.url) } },
    { timeouts: { idleUpstreamMilliseconds: 200 } },
  )
  await send(publicPort(edge), { path: '/api/v1/orders' })
  expect(await upstream.openConnections()).toBe(1)
  await vi.waitUntil(async () => (await upstream.openConnections()) === 0, { timeout: 3_000 })
})

test('connections to a service are used again, unless it says close', async () => {
  let closing = false
  const upstream = await upstreamWith((_, response) => {
    response.writeHead(200, closing ? { connection: 'close' } : {})
    response.end('ok')
  })
  let connections = 0
  upstream.server.on('connection', () => {
    connections += 1
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(upstream.url) } })
  for (let count = 0; count < 10; count += 1) await send(publicPort(edge), { method: 'POST', path: '/api/v1/orders' })
  expect(connections).toBe(1)
  closing = true
  for (let count = 0; count < 10; count += 1) {
    expect((await send(publicPort(edge), { method: 'POST', path: '/api/v1/orders' })).status).toBe(200)
  }
  expect(connections).toBe(10)
})
