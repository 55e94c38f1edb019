import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { withConnection } from './admin-connection.ts'
import { deletePostgresData, stopPostgres } from './embedded-postgres.ts'
import { ensurePostgres } from './postgres.ts'
import { dataDirectoryOf } from './postgres-cluster.ts'
import { readPostmaster } from './postmaster.ts'
import { isRunning } from './process-identity.ts'
import { createStateDirectories, type StatePaths, statePaths } from './state-paths.ts'
import { interruptedAfter } from './testing/interrupted-after.ts'

const never = new AbortController().signal
let repository: string
let paths: StatePaths
let data: string

/** Every test finds a server that can be started, in whatever state the one before left it. */
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'shopctl-postgres-'))
  paths = statePaths({ repository, environment: 'local', variables: {} })
  await createStateDirectories(paths)
  data = dataDirectoryOf(paths)
})
afterAll(async () => {
  await stopPostgres(paths, never)
  await rm(repository, { recursive: true, force: true })
})

const mountSmall = (path: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const ensure = (signal = never) => ensurePostgres({ paths, environment: {}, signal })

const query = async (text: string): Promise<unknown> => {
  const { adminUrl } = await ensure()
  return withConnection(adminUrl, never, async (client) => (await client.query(text)).rows)
}

/** The server of this test's data; fails where none runs. */
const postmaster = async () => {
  const found = await readPostmaster(data)
  if (found === null) throw new Error('no PostgreSQL runs')
  return found
}

test('an interrupted first start leaves neither a server nor half a data directory', async () => {
  await expect(ensure(interruptedAfter(100))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await readdir(paths.postgres)).toEqual([])
})

test('the first call makes and starts a server, the next ones find it', async () => {
  await mkdir(join(paths.postgres, 'partial-left-by-a-crash'))
  const server = await ensure()
  expect(server).toMatchObject({ kind: 'embedded', prefix: 'shop' })
  const first = await postmaster()
  expect(first).toMatchObject({ port: server.port, status: 'ready' })
  expect(await ensure()).toEqual(server)
  expect(await postmaster()).toEqual(first)
  expect((await readdir(paths.postgres)).toSorted()).toEqual(['data', 'port'])
})

test('it listens on 127.0.0.1 alone, writes to disk before it says done, and asks for a password', async () => {
  expect(await query('show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  expect(await query('show fsync')).toEqual([{ fsync: 'on' }])
  const { adminUrl, port } = await ensure()
  const wrong = new URL(adminUrl)
  wrong.password = 'wrong'
  await expect(withConnection(wrong.href, never, async () => null)).rejects.toMatchObject({
    code: 'DATABASE_LOGIN_REFUSED',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  })
})

test('the password is nowhere but in its file: not in a log, not in the process list', async () => {
  const password = new URL((await ensure()).adminUrl).password
  expect(await readFile(join(paths.logs, 'postgres.log'), 'utf8')).not.toContain(password)
  const { processId } = await postmaster()
  expect(await readFile(`/proc/${processId}/cmdline`, 'utf8')).not.toContain(password)
  expect(await readFile(`/proc/${processId}/environ`, 'utf8')).not.toContain(password)
})

test('data and port stay over a stop and a start', async () => {
  await query('create table kept as select 41 as value')
  const { port } = await ensure()
  const before = await postmaster()
  await stopPostgres(paths, never)
  expect(await isRunning(before)).toBe(false)
  await stopPostgres(paths, never)
  expect(await query('select value from kept')).toEqual([{ value: 41 }])
  expect((await ensure()).port).toBe(port)
})

test('after the server was killed the next call recovers its data', async () => {
  await query('create table survives as select 42 as value')
  process.kill((await postmaster()).processId, 'SIGKILL')
  await vi.waitFor(async () => expect(await readPostmaster(data)).toBeNull())
  expect(await query('select value from survives')).toEqual([{ value: 42 }])
})

test('a postmaster.pid that names a stranger with the old process id is no server', async () => {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8')
  await stopPostgres(paths, never)
  // Of the server's own user, because PostgreSQL overlooks only the processes of others.
  const { uid } = await stat(data)
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore', cwd: '/', uid })
  await writeFile(join(data, 'postmaster.pid'), text.replace(/^\d+/, String(stranger.pid)))
  expect(await readPostmaster(data)).toBeNull()
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
  expect(stranger.kill('SIGKILL')).toBe(true)
})

test('a postmaster.pid of a process that is gone is no server', async () => {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8')
  await stopPostgres(paths, never)
  await writeFile(join(data, 'postmaster.pid'), text)
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
})

test('another port is taken where the last one is in use', async () => {
  const { port } = await ensure()
  await stopPostgres(paths, never)
  const stranger = createServer()
  await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
  expect((await ensure()).port).not.toBe(port)
  await new Promise((resolve) => stranger.close(resolve))
})

test('a server that is stopping is waited for, then started again', async () => {
  const before = await postmaster()
  const { adminUrl } = await ensure()
  const stopping = withConnection(adminUrl, never, async () => stopPostgres(paths, never))
  await vi.waitFor(async () => expect((await readPostmaster(data))?.status).not.toBe('ready'))
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
  await stopping
  expect((await postmaster()).processId).not.toBe(before.processId)
})

test('an interrupted start leaves no server', async () => {
  await stopPostgres(paths, never)
  await expect(ensure(interruptedAfter(1))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await readPostmaster(data)).toBeNull()
})

test('data of another version is refused before anything touches it, with what to type', async () => {
  await ensure()
  await stopPostgres(paths, never)
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8')
  await writeFile(join(data, 'PG_VERSION'), '14\n')
  await expect(ensure()).rejects.toMatchObject({
    code: 'POSTGRES_DATA_VERSION',
    outcome: 'refused',
    message: expect.stringMatching(/version 14 and version 18/),
    fix: [expect.stringMatching(/down --delete-data --env local$/)],
  })
  await rm(join(data, 'PG_VERSION'))
  await expect(ensure()).rejects.toMatchObject({ code: 'POSTGRES_DATA_DAMAGED', outcome: 'refused' })
  await writeFile(join(data, 'PG_VERSION'), version)
})

test('a server that does not come up is refused in the words of its own log', async () => {
  await stopPostgres(paths, never)
  const control = join(data, 'global', 'pg_control')
  const whole = await readFile(control)
  await truncate(control, 100)
  await expect(ensure()).rejects.toMatchObject({
    code: 'POSTGRES_NOT_STARTED',
    outcome: 'refused',
    why: expect.arrayContaining([expect.stringMatching(/(FATAL|PANIC).*pg_control/)]),
  })
  await writeFile(control, whole)
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
})

test('a lost password is refused, and found again all is well', async () => {
  const secret = join(paths.secrets, 'postgres-admin')
  await rename(secret, `${secret}.away`)
  await expect(ensure()).rejects.toMatchObject({ code: 'POSTGRES_PASSWORD_LOST', outcome: 'refused' })
  await rename(`${secret}.away`, secret)
  await ensure()
})

test('a state directory that others may enter serves as well', async () => {
  await stopPostgres(paths, never)
  await chmod(repository, 0o755)
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
})

test('a full disk is refused in the words of who met it, and nothing is left', async (context) => {
  const small = await mkdtemp(join(tmpdir(), 'shopctl-small-'))
  const mounted = mountSmall(small)
  try {
    context.skip(!mounted, 'cannot mount a small file system here')
    const onSmall = statePaths({ repository, environment: 'local', variables: { SHOPCTL_STATE_DIR: small } })
    await createStateDirectories(onSmall)
    await expect(ensurePostgres({ paths: onSmall, environment: {}, signal: never })).rejects.toMatchObject({
      code: 'POSTGRES_NOT_CREATED',
      outcome: 'refused',
      why: expect.arrayContaining([expect.stringContaining('No space left on device')]),
    })
    expect(await readdir(onSmall.postgres)).toEqual([])
  } finally {
    if (mounted) execFileSync('umount', [small])
    await rm(small, { recursive: true, force: true })
  }
})

test('deleting the data stops the server and leaves nothing', async () => {
  const before = await postmaster()
  await deletePostgresData(paths, never)
  expect(await isRunning(before)).toBe(false)
  expect(existsSync(paths.postgres)).toBe(false)
  expect(await readdir(paths.secrets)).toEqual([])
})
