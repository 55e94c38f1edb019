import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** A Redis of the tests' own, which they may freeze (SIGSTOP), continue and kill. */
export type RedisServer = {
  readonly url: string
  readonly port: number
  signal(signal: NodeJS.Signals): void
  /** Ends it and takes its folder away. */
  stop(): Promise<void>
}

/** For `describe.skipIf(withoutRedis !== '')`: why there is none, in the title; '' where there is. */
export const withoutRedis: string = (process.env.PATH ?? '').split(delimiter).some(hasRedis)
  ? ''
  : ' (skipped: no redis-server on PATH)'

/** On `port`, so that one that was killed can come back where it was; by default on a free one. */
export async function startRedisServer(port?: number): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-redis-'))
  const at = port ?? (await freePort())
  const words = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn('redis-server', words, { stdio: 'ignore' })
  const gone = once(server, 'exit')
  await waitForPort(at)
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    signal: (signal) => void server.kill(signal),
    async stop() {
      server.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function hasRedis(folder: string): boolean {
  try {
    accessSync(join(folder, 'redis-server'), constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function waitForPort(port: number): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (answers) return
    if (performance.now() > deadline) throw new Error('redis-server was not ready within 20 s')
    await delay(10)
  }
}
