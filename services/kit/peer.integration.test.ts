import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createLogger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { openPeer, type Peer, type PeerCall, PeerUnavailable } from './peer.ts'
import { createPeerMetrics } from './peer-metrics.ts'
import { type PeerPolicy, peerPolicies } from './peer-policies.ts'
import { closedPort, type ScriptedAnswer, type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'

const quick: PeerPolicy = {
  ...peerPolicies.catalog,
  totalMilliseconds: 400,
  retryDelayMilliseconds: { least: 1, most: 5 },
}
const answers = z.discriminatedUnion('status', [
  z.object({ status: z.literal(200), body: z.object({ name: z.string() }) }),
  z.object({ status: z.literal(404), body: z.unknown() }),
])
const pan = { status: 200, json: { name: 'pan' } } as const
const read = { method: 'GET', path: '/pan', forwarded: {}, effect: 'repeatable', answers } as const
const write = { ...read, method: 'POST', body: { name: 'pan' }, effect: 'once' } as const

let server: ScriptedServer
let metrics: ReturnType<typeof createMetrics>
const peers: Peer[] = []

beforeEach(async () => {
  server = await scriptedServer()
  metrics = createMetrics()
})
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  await server.close()
})

function open(policy: PeerPolicy = quick, url = server.url): Peer {
  const logger = createLogger({ service: 'test', version: '1', level: 'fatal' })
  const peer = openPeer({ name: 'catalog', url, policy, metrics: createPeerMetrics(metrics), logger })
  peers.push(peer)
  return peer
}

async function failureOf<Answer>(peer: Peer, call: PeerCall<Answer>): Promise<PeerUnavailable> {
  const error = await peer.call(call).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof PeerUnavailable)) throw new Error(`no PeerUnavailable but ${error}`, { cause: error })
  return error
}

const answerInTurn = (...turns: ScriptedAnswer[]) => server.script(() => turns.shift())

test('an answer is parsed, and what the request carries on goes along', async () => {
  answerInTurn(pan, pan)
  const peer = open()
  const forwarded = { 'x-request-id': 'r-1', 'x-release-preview': 'release-7' }
  expect(await peer.call({ ...read, forwarded })).toEqual({ status: 200, body: { name: 'pan' } })
  expect(server.calls[0]?.headers).toMatchObject(forwarded)
  expect(server.calls[0]?.headers).not.toHaveProperty('authorization')

  await peer.call({ ...write, authorization: 'Bearer t' })
  expect(server.calls[1]).toMatchObject({ body: { name: 'pan' }, headers: { authorization: 'Bearer t' } })
})

test.each<[string, ScriptedAnswer]>([
  ['answers 500', { status: 500, text: 'x' }],
  ['answers garbage', { status: 200, text: '<html>' }],
  ['answers JSON of another shape', { status: 200, json: { title: 'pan' } }],
  ['breaks the connection', 'reset'],
])('a repeatable call is made again when the peer %s', async (_, fault) => {
  answerInTurn(fault, fault, pan)
  expect(await open().call(read)).toMatchObject({ status: 200 })
  expect(server.calls).toHaveLength(3)
})

test.each<[string, ScriptedAnswer]>([
  ['answers 500', { status: 500, text: 'x' }],
  ['answers garbage', { status: 200, text: '<html>' }],
  ['breaks the connection', 'reset'],
  ['never answers', 'hang'],
])('X15: a call that is not repeatable is made once and ends as a 503 when the peer %s', async (_, fault) => {
  answerInTurn(fault)
  const error = await failureOf(open(), write)
  expect(error.kind.status).toBe(503)
  expect(error.facts.headers).toEqual({ 'retry-after': '1' })
  expect(error.mayHaveActed).toBe(true)
  expect(server.calls).toHaveLength(1)
  expect(server.unplanned).toEqual([])
})

test('X15: a peer that never answers costs the total once, not once a try', async () => {
  server.script(() => 'hang')
  const startedAt = performance.now()
  await failureOf(open(), read)
  expect(performance.now() - startedAt).toBeLessThan(quick.totalMilliseconds + 1_000)
})

test('a peer that is not there cannot have acted', async () => {
  const error = await failureOf(open(quick, `http://127.0.0.1:${await closedPort()}`), read)
  expect(error.mayHaveActed).toBe(false)
  expect(error.message).toBe('catalog does not answer now')
})

test('a connection that does not come about is given up after its own time', async () => {
  const deaf = await deafServer()
  const patient = { ...quick, connectMilliseconds: 50, totalMilliseconds: 10_000, tries: 1 }
  const startedAt = performance.now()
  try {
    const error = await failureOf(open(patient, deaf.url), read)
    expect(error.mayHaveActed).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  } finally {
    deaf.end()
  }
})

test('an answer that is too long is not read to its end', async () => {
  server.script(() => ({ status: 200, json: { name: 'x'.repeat(5_000) } }))
  await failureOf(open({ ...quick, answerBytes: 1_000 }), read)
})

test('an answer below 500 that nobody planned is told as unavailable, and not asked for again', async () => {
  answerInTurn({ status: 403, json: {} })
  const error = await failureOf(open(), read)
  expect(error.mayHaveActed).toBe(true)
  expect(server.calls).toHaveLength(1)
})

test('G3: five faults in a row open the breaker, nothing is tried while it is open, and one good probe closes it', async () => {
  server.script(() => ({ status: 500, text: 'x' }))
  const probing = { ...quick, tries: 1, breaker: { ...quick.breaker, probeAfterMilliseconds: 100 } }
  const peer = open(probing)
  for (let fault = 0; fault < 5; fault += 1) await failureOf(peer, read)
  expect(await breakerState()).toBe(1)

  const refused = await failureOf(peer, read)
  expect(refused.mayHaveActed).toBe(false)
  expect(refused.facts.headers).toEqual({ 'retry-after': '1' })
  expect(server.calls).toHaveLength(5)

  server.script(() => pan)
  await expect.poll(() => peer.call(read).catch(() => undefined)).toMatchObject({ status: 200 })
  expect(await breakerState()).toBe(0)
  expect(server.calls).toHaveLength(6)
})

test('half of the last twenty tries open the breaker, though never five in a row', async () => {
  let call = 0
  server.script(() => {
    call += 1
    return call % 2 === 0 ? { status: 500, text: 'x' } : pan
  })
  const peer = open({ ...quick, tries: 1 })
  for (let tries = 0; tries < 20; tries += 1) await peer.call(read).catch(() => undefined)
  expect(await breakerState()).toBe(1)
})

test('G3: 4xx never opens the breaker, planned or not', async () => {
  server.script(({ path }) => ({ status: path === '/pan' ? 404 : 422, json: {} }))
  const peer = open({ ...quick, tries: 1 })
  for (let tries = 0; tries < 25; tries += 1) {
    expect(await peer.call(read)).toMatchObject({ status: 404 })
    await failureOf(peer, { ...read, path: '/pot' })
  }
  expect(await breakerState()).toBe(0)
})

test('a caller who leaves is not held against the peer', async () => {
  server.script(() => 'hang')
  const peer = open({ ...quick, breaker: { ...quick.breaker, failuresInARow: 1 } })
  const leaving = new AbortController()
  const failure = failureOf(peer, { ...read, signal: leaving.signal })
  await expect.poll(() => server.calls.length).toBe(1)
  leaving.abort()
  expect((await failure).mayHaveActed).toBe(true)
  expect(await breakerState()).toBe(0)
})

async function breakerState(): Promise<number | undefined> {
  const metric = await metrics.registry.getSingleMetric('breaker_state')?.get()
  return metric?.values.find(({ labels }) => labels.peer === 'catalog')?.value
}

/** A stopped process whose queue of connections is full, so that the next one neither comes about nor is refused. */
async function deafServer() {
  const program =
    "const s = require('net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(s.address().port))"
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout, 'data'))
  const port = Number(line.toString())
  child.kill('SIGSTOP')
  const sockets: net.Socket[] = []
  const connects = async () => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined)
    sockets.push(socket)
    return Promise.race([once(socket, 'connect').then(() => true), delay(300).then(() => false)])
  }
  while (await connects()) expect(sockets.length).toBeLessThan(16)
  return {
    url: `http://127.0.0.1:${port}`,
    end() {
      for (const socket of sockets) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}
