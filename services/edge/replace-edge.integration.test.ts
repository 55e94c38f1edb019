import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { startLoad } from './testing/load.ts'
import { send } from './testing/send.ts'
import { all, upstreamWith } from './testing/stage.ts'
import { controlToken } from './testing/test-edge.ts'
import { echo } from './testing/test-upstream.ts'

type EdgeProcess = {
  readonly child: ChildProcess
  readonly controlPort: number
  output(): string
  exit: Promise<number | null>
}

const started: EdgeProcess[] = []
afterEach(async () => {
  for (const { child, exit } of started.splice(0)) {
    child.kill('SIGKILL')
    await exit
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

type Start = {
  /** Options of node itself. */
  readonly nodeOptions?: readonly string[]
  readonly port: number
  readonly internalPort: number
  readonly routes: string
  readonly start: 'first' | 'replacement'
}

async function startEdgeProcess({ nodeOptions = [], port, internalPort, routes, start }: Start): Promise<EdgeProcess> {
  const controlPort = await freePort()
  const child = spawn(process.execPath, [...nodeOptions, join(import.meta.dirname, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PORT: String(port),
      EDGE_INTERNAL: `orders=127.0.0.1:${internalPort}`,
      EDGE_CONTROL_PORT: String(controlPort),
      EDGE_CONTROL_TOKEN: controlToken,
      EDGE_ROUTES_FILE: routes,
      EDGE_START: start,
    },
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  const edge = { child, controlPort, output: () => output, exit }
  started.push(edge)
  return edge
}

const control = (edge: EdgeProcess, method: string, path: string) =>
  send(edge.controlPort, { method, path, headers: { authorization: `Bearer ${controlToken}` } })

async function listening(edge: EdgeProcess): Promise<void> {
  const answers = () =>
    control(edge, 'GET', '/status').then(
      ({ status }) => status === 200,
      () => false,
    )
  await vi.waitUntil(answers, { timeout: 10_000 })
}

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-process-'))
  try {
    await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

test.skipIf(process.platform !== 'linux')('replacing the edge twice under load fails no request', async () => {
  await inDirectory(async (directory) => {
    const { url } = await upstreamWith(echo('orders'))
    const routes = join(directory, 'routes.json')
    const current = { release: 1, upstreams: all(url) }
    await writeFile(routes, JSON.stringify({ schema: 'shopctl.routes/1', generation: 1, current, candidate: null }))
    const ports = { port: await freePort(), internalPort: await freePort(), routes }
    let edge = await startEdgeProcess({ ...ports, start: 'first' })
    await listening(edge)

    const fault = ({ status, text }: { status: number; text: string }) => (status === 200 ? null : `${status} ${text}`)
    const outside = startLoad(ports.port, { keepAlive: 8, fresh: 4, fault })
    const inside = startLoad(ports.internalPort, { keepAlive: 2, fresh: 1, fault })
    const more = async (count: number): Promise<void> => {
      const reached = outside.good() + count
      const enough = () => outside.good() >= reached || outside.failures.length + inside.failures.length > 0
      await vi.waitUntil(enough, { timeout: 20_000 })
    }
    for (const end of ['POST /stop', 'SIGTERM']) {
      await more(800)
      const replacement = await startEdgeProcess({ ...ports, start: 'replacement' })
      await listening(replacement)
      if (end === 'SIGTERM') edge.child.kill('SIGTERM')
      else expect((await control(edge, 'POST', '/stop')).status).toBe(202)
      expect(await edge.exit).toBe(0)
      edge = replacement
    }
    await more(800)
    await outside.stop()
    await inside.stop()
    expect([...outside.failures, ...inside.failures]).toEqual([])
    expect(outside.good()).toBeGreaterThan(2_400)
  })
})

test('a first edge does not share a port, not even with another edge', async () => {
  await inDirectory(async (directory) => {
    const ports = { port: await freePort(), internalPort: await freePort(), routes: join(directory, 'none.json') }
    await listening(await startEdgeProcess({ ...ports, start: 'first' }))
    const second = await startEdgeProcess({ ...ports, internalPort: await freePort(), start: 'first' })
    expect(await second.exit).toBe(1)
    expect(second.output()).toContain('"level":"FATAL"')
    expect(second.output()).toContain(`EADDRINUSE: address already in use 127.0.0.1:${ports.port}`)
  })
})

test('broken routes at the start are a reason not to start', async () => {
  await inDirectory(async (directory) => {
    const routes = join(directory, 'routes.json')
    await writeFile(routes, '{}')
    const edge = await startEdgeProcess({
      port: await freePort(),
      internalPort: await freePort(),
      routes,
      start: 'first',
    })
    expect(await edge.exit).toBe(78)
    expect(edge.output()).toContain('EDGE_ROUTES_FILE refused: schema')
  })
})

test('an edge that ends by a fault of its own says so by its exit code', async () => {
  await inDirectory(async (directory) => {
    const throwsOnSignal = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("unexpected")})'
    const edge = await startEdgeProcess({
      nodeOptions: ['--import', throwsOnSignal],
      port: await freePort(),
      internalPort: await freePort(),
      routes: join(directory, 'none.json'),
      start: 'first',
    })
    await listening(edge)
    edge.child.kill('SIGUSR2')
    expect(await edge.exit).toBe(1)
    expect(edge.output()).toContain('ended by a fault')
  })
})
