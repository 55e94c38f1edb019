import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { send } from './testing/send.ts'
import { all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'

const mebibyte = Buffer.alloc(1024 * 1024, 'x')
const expectedDigest = createHash('sha256')
  .update(Buffer.concat(Array(64).fill(mebibyte)))
  .digest('hex')

/** Resolves when the number has stood still for a while, which is what being held back looks like. */
async function standstill(read: () => number): Promise<number> {
  for (let before = -1; ; before = read()) {
    await delay(300)
    if (before === read()) return before
  }
}

test('a client that reads slowly holds the service back, and gets every byte', async () => {
  let sent = 0
  const { url } = await upstreamWith(async (_, response) => {
    for (let count = 0; count < 64; count += 1) {
      sent += 1
      if (!response.write(mebibyte)) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end()
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const digest = Promise.withResolvers<string>()
  const started = Promise.withResolvers<() => void>()
  httpRequest({ host: '127.0.0.1', port: publicPort(edge), path: '/api/v1/orders', agent: false }, (response) => {
    const hash = createHash('sha256')
    response.pause()
    response.on('end', () => digest.resolve(hash.digest('hex')))
    started.resolve(() => void response.on('data', (chunk: Buffer) => hash.update(chunk)).resume())
  }).end()
  const read = await started.promise
  expect(await standstill(() => sent)).toBeLessThan(48)
  read()
  expect(await digest.promise).toBe(expectedDigest)
})

test('a service that reads slowly holds the client back, and gets every byte', async () => {
  const reading = Promise.withResolvers<void>()
  const { url } = await upstreamWith(async (request, response) => {
    await reading.promise
    const hash = createHash('sha256')
    for await (const chunk of request) hash.update(chunk)
    response.end(hash.digest('hex'))
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const answered = Promise.withResolvers<string>()
  const request = httpRequest(
    { host: '127.0.0.1', port: publicPort(edge), method: 'POST', path: '/api/v1/orders', agent: false },
    (response) => void response.on('data', (chunk: Buffer) => answered.resolve(chunk.toString())),
  )
  let sent = 0
  void (async () => {
    for (let count = 0; count < 64; count += 1) {
      sent += 1
      if (!request.write(mebibyte)) await new Promise((resolve) => request.once('drain', resolve))
    }
    request.end()
  })()
  expect(await standstill(() => sent)).toBeLessThan(48)
  reading.resolve()
  expect(await answered.promise).toBe(expectedDigest)
})

test('a refusal that comes before the body has been read reaches the client', async () => {
  const { url } = await upstreamWith((request, response) => {
    if (request.method === 'POST') response.writeHead(413).end('too large')
    else response.end('ok')
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const body = Buffer.concat([mebibyte, mebibyte, mebibyte, mebibyte])
  for (let count = 0; count < 5; count += 1) {
    const answer = await send(publicPort(edge), { method: 'POST', path: '/api/v1/orders', body })
    expect(answer).toMatchObject({ status: 413, text: 'too large' })
  }
  expect((await send(publicPort(edge), { path: '/api/v1/orders' })).text).toBe('ok')
})

test('what a refused body still brings is read past, and the connection serves the next request', async () => {
  const { url } = await upstreamWith((request, response) => {
    if (request.method === 'POST') response.writeHead(413).end('too large')
    else response.end('next')
  })
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const socket = connect({ host: '127.0.0.1', port: publicPort(edge) })
  let raw = ''
  socket.on('data', (chunk: Buffer) => {
    raw += chunk.toString()
  })
  socket.write(`POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`)
  await vi.waitUntil(() => raw.includes('too large'))
  socket.write(`${'x'.repeat(100_000)}GET /api/v1/orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await once(socket, 'end')
  expect(raw).toMatch(/too large[\s\S]*next/)
})
