import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findProgram } from './find-program.ts'
import { freePort } from './ports.ts'
import { openProcessTable, type ProcessTable } from './processes.ts'
import { ensureRedis, stopRedis } from './redis.ts'
import { pingRedis } from './redis-ping.ts'
import { createStateDirectories, type StatePaths, statePaths } from './state-paths.ts'
import { interruptedAfter } from './testing/interrupted-after.ts'

const never = new AbortController().signal
const isInstalled = (await findProgram('redis-server', process.env.PATH)) !== null
const withServer = test.skipIf(!isInstalled)
let directory: string
let paths: StatePaths
let table: ProcessTable

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-redis-'))
  paths = statePaths({ repository: directory, environment: 'local', variables: {} })
  await createStateDirectories(paths)
  table = openProcessTable(paths.processes)
})
afterEach(() => stopRedis({ table, signal: never }))
afterAll(() => rm(directory, { recursive: true, force: true }))

const ensure = (environment: NodeJS.ProcessEnv = { PATH: process.env.PATH }, signal = never) =>
  ensureRedis({ paths, table, environment, signal })

test('without redis-server on PATH there is none, and that is no error', async () => {
  expect(await ensure({ PATH: '/nowhere' })).toBeNull()
  expect(await ensure({})).toBeNull()
})

withServer('it is started once, answers with its password only, and another command finds it', async () => {
  const server = await ensure()
  const url = new URL(server?.url ?? '')
  expect(await pingRedis(url)).toEqual({ answer: 'pong' })
  expect(await pingRedis(new URL(`redis://127.0.0.1:${url.port}`))).toMatchObject({ answer: 'refused' })
  expect(
    await ensureRedis({ paths, table: openProcessTable(paths.processes), environment: process.env, signal: never }),
  ).toEqual(server)
  expect((await table.list()).processes).toHaveLength(1)
})

withServer('the password is in private files only', async () => {
  const { password } = new URL((await ensure())?.url ?? '')
  const record = (await table.list()).processes[0]?.record
  expect(await readFile(`/proc/${record?.processId}/cmdline`, 'utf8')).not.toContain(password)
  expect(await readFile(join(paths.logs, 'redis.log'), 'utf8')).not.toContain(password)
  expect((await stat(join(paths.redis, 'redis.conf'))).mode & 0o777).toBe(0o600)
})

withServer('stopped or killed, it comes back under the same address', async () => {
  const server = await ensure()
  await stopRedis({ table, signal: never })
  expect((await table.list()).processes).toEqual([])
  expect(await ensure()).toEqual(server)
  const record = (await table.list()).processes[0]?.record
  if (record === undefined) throw new Error('no Redis runs')
  process.kill(record.processId, 'SIGKILL')
  await table.watchExit(record, never)
  expect(await ensure()).toEqual(server)
})

withServer('another port is taken where the last one is in use', async () => {
  const first = await ensure()
  const port = Number(new URL(first?.url ?? '').port)
  await stopRedis({ table, signal: never })
  const stranger = createServer()
  await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
  expect(await ensure()).not.toEqual(first)
  await new Promise((resolve) => stranger.close(resolve))
})

withServer('an interrupted start leaves nothing', async () => {
  await expect(ensure(undefined, interruptedAfter(1))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect((await table.list()).processes).toEqual([])
})

withServer('REDIS_URL names the server to use; a wrong password is refused and not repeated', async () => {
  const url = (await ensure())?.url ?? ''
  expect(await ensure({ REDIS_URL: url })).toEqual({ url })
  const wrong = Object.assign(new URL(url), { password: 'canary' }).href
  const refused = ensure({ REDIS_URL: wrong })
  await expect(refused).rejects.toMatchObject({ code: 'REDIS_LOGIN_REFUSED', outcome: 'refused' })
  expect(JSON.stringify(await refused.catch((error: unknown) => [String(error), error]))).not.toContain('canary')
})

test('a REDIS_URL that leads nowhere is refused in the system’s words', async () => {
  const port = await freePort()
  await expect(ensure({ REDIS_URL: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: 'REDIS_UNREACHABLE',
    outcome: 'refused',
    why: [expect.stringContaining('ECONNREFUSED')],
  })
})

test('a server that accepts and says nothing is unreachable, within a deadline', async () => {
  const silent = createServer((socket) => socket.resume())
  const port = await freePort()
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  await expect(ensure({ REDIS_URL: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' })
  await new Promise((resolve) => silent.close(resolve))
})

test.each(['localhost:6379', 'http://localhost', 'redis:///0', 'canary'])('REDIS_URL %s is refused', async (text) => {
  await expect(ensure({ REDIS_URL: text })).rejects.toMatchObject({ code: 'REDIS_URL_INVALID', outcome: 'refused' })
})
