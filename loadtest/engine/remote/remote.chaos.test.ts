import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { coordinateRun } from '../coordinate/coordinator.ts'
import { scenarioFacts } from '../coordinate/scenario-module.ts'
import type { Profile } from '../profile/profile.ts'
import { closedProfile, openProfile } from '../testing/profiles.ts'
import { startTruth } from '../testing/truth.ts'
import { imbalance } from '../testing/truth-run.ts'
import { createScenarios, type TruthScenarios } from '../testing/truth-scenarios.ts'
import type { RemoteOrder } from './remote-messages.ts'
import { remoteWorker } from './remote-worker.ts'
import { type ServedWorker, serveWorker } from './serve-worker.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const portOf = z.object({ port: z.int() })

/** A line that somebody pulls out now and then, or for good. */
async function breakableLine(port: number) {
  const open = new Set<Socket>()
  let isDown = false
  const server = createServer((near) => {
    if (isDown) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  closing.push(() => {
    cut()
    server.close()
  })
  return {
    cut,
    pull() {
      isDown = true
      cut()
    },
    async connect(): Promise<Socket> {
      const socket = connect(portOf.parse(server.address()).port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
  }
}

type Line = Awaited<ReturnType<typeof breakableLine>>

type Elsewhere = {
  readonly profile: Profile
  readonly settings?: TruthScenarios
  readonly count?: number
  readonly aloneSeconds?: number
}

/** Workers that are reached over the network, with the server whose record is the truth. */
async function workersElsewhere({ profile, settings = {}, count = 2, aloneSeconds = 10 }: Elsewhere) {
  const server = await startTruth()
  const lines: Line[] = []
  const served: ServedWorker[] = []
  for (let worker = 0; worker < count; worker += 1) {
    const one = await serveWorker({ host: '127.0.0.1', port: 0, createScenarios, aloneSeconds })
    closing.push(() => one.close())
    served.push(one)
    lines.push(await breakableLine(one.port))
  }
  const json: RemoteOrder['settings'] = JSON.parse(JSON.stringify(settings))
  const workers = lines.map((line, worker) => {
    const order = { worker: String(worker), share: { worker, workers: count }, profile, target: server.origin }
    return remoteWorker({
      order: { ...order, settings: json },
      connect: () => line.connect(),
      awaySeconds: aloneSeconds,
    })
  })
  const scenarios = scenarioFacts(createScenarios(json))
  const interrupt = new AbortController()
  const start = () =>
    coordinateRun({ target: server.origin, profile, scenarios, workers, signal: interrupt.signal, leadSeconds: 0.5 })
  return { server, lines, served, start, interrupt, workers }
}

it('two workers elsewhere send what one here would, and each ends when all of it has arrived', async () => {
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 100, durationSeconds: 2 })
  const { server, served, start } = await workersElsewhere({ profile })
  const result = await start().result
  expect(result.verdict).toEqual({ valid: true, reasons: [] })
  expect(result.totals).toMatchObject({ started: 200, ok: 200 })
  const { seen } = await server.read()
  expect(new Set(seen.map(({ path }) => path)).size).toBe(200)
  expect(await Promise.all(served.map(({ ended }) => ended))).toEqual(['told', 'told'])
})

it('lines that break again and again lose no second and no request', async () => {
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 100, durationSeconds: 4 })
  const { server, lines, start } = await workersElsewhere({ profile })
  const run = start()
  let cuts = 0
  for await (const _ of run.seconds) {
    for (const line of lines) line.cut()
    cuts += 1
  }
  const result = await run.result
  expect(cuts).toBeGreaterThanOrEqual(3)
  expect(result.verdict).toEqual({ valid: true, reasons: [] })
  expect(result.totals).toMatchObject({ started: 400, ok: 400 })
  expect((await server.read()).seen).toHaveLength(400)
})

it('a worker whose coordinator does not come back ends its load and removes what its users made', async () => {
  const profile = closedProfile({
    users: 20,
    startUsers: 20,
    durationSeconds: 60,
    thinkTimeSeconds: { min: 0.05, max: 0.1 },
  })
  const { server, lines, served, start } = await workersElsewhere({
    profile,
    settings: { makes: true },
    count: 1,
    aloneSeconds: 0.5,
  })
  const run = start()
  for await (const { generator } of run.seconds) if (generator.started > 20) break
  for (const line of lines) line.pull()
  expect(await Promise.all(served.map(({ ended }) => ended))).toEqual(['left'])
  expect((await server.read()).things).toEqual([])
  const result = await run.result
  expect(result.verdict.valid).toBe(false)
  expect(result.partial).toBe(true)
})

it('an interrupt reaches workers elsewhere within a second', async () => {
  const profile = closedProfile({
    users: 50,
    startUsers: 50,
    durationSeconds: 60,
    thinkTimeSeconds: { min: 0.05, max: 0.1 },
  })
  const { server, start, interrupt } = await workersElsewhere({ profile, settings: { makes: true } })
  const run = start()
  for await (const { generator } of run.seconds) if (generator.started > 50) break
  interrupt.abort()
  const interruptedAt = performance.timeOrigin + performance.now()
  const result = await run.result
  expect(result.partial).toBe(true)
  expect(imbalance(result)).toBe(0)
  const truth = await server.read()
  const steps = truth.seen.filter(({ path }) => path.startsWith('/ok'))
  expect(Math.max(...steps.map(({ receivedAt }) => receivedAt)) - interruptedAt).toBeLessThan(1_000)
  expect(truth.things).toEqual([])
})

it('a worker that is asked by another run refuses, and goes on with its own', async () => {
  const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 20, durationSeconds: 4 })
  const { lines, start, server } = await workersElsewhere({ profile, count: 1 })
  const run = start()
  const [line] = lines
  if (line === undefined) throw new Error('no line')
  await run.seconds[Symbol.asyncIterator]().next()
  const order = { worker: 'x', share: { worker: 0, workers: 1 }, profile, target: server.origin, settings: {} }
  const other = remoteWorker({ order, connect: () => line.connect(), awaySeconds: 1 })
  await expect(other.ready).rejects.toThrow('it works for another run')
  await other.dispose()
  expect((await run.result).totals).toMatchObject({ started: 80, ok: 80 })
})
