import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withConnection } from './admin-connection.ts'
import { ensureDatabases } from './databases.ts'
import { deletePostgresData } from './embedded-postgres.ts'
import { freePort } from './ports.ts'
import { ensurePostgres, type PostgresServer } from './postgres.ts'
import { createStateDirectories, type StatePaths, statePaths } from './state-paths.ts'
import { interruptedAfter } from './testing/interrupted-after.ts'

const never = new AbortController().signal
let repository: string
let paths: StatePaths
let embedded: PostgresServer

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'shopctl-databases-'))
  await chmod(repository, 0o755)
  paths = statePaths({ repository, environment: 'local', variables: {} })
  await createStateDirectories(paths)
  embedded = await ensurePostgres({ paths, environment: {}, signal: never })
})
afterAll(async () => {
  await deletePostgresData(paths, never)
  await rm(repository, { recursive: true, force: true })
})

const ensure = (server = embedded) => ensureDatabases({ server, paths, signal: never })
const external = (url: string) => ensurePostgres({ paths, environment: { DATABASE_URL: url }, signal: never })
const query = (url: string | undefined, text: string): Promise<unknown> =>
  withConnection(url ?? 'none', never, async (client) => (await client.query(text)).rows)

/** The embedded server's address with something else in it. */
const addressWith = (change: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port'>>): string =>
  Object.assign(new URL(embedded.adminUrl), change).href

test('each service has a database of its own, in which it works and its owner makes the tables', async () => {
  const { users, catalog, orders } = await ensure()
  for (const urls of [users, catalog, orders]) {
    await query(urls?.migrationUrl, 'create table made (id bigint generated always as identity, word text)')
    await query(urls?.url, `insert into made (word) values ('one')`)
    expect(await query(urls?.url, 'select word from made')).toEqual([{ word: 'one' }])
  }
  expect(await query(orders?.url, 'select current_database() as name')).toEqual([{ name: 'shop_orders' }])
})

test('the bus has a database too, whose role may use its tables and make none', async () => {
  const { bus, users } = await ensure()
  await query(bus?.migrationUrl, 'create table entries (word text)')
  await query(bus?.url, `insert into entries values ('one')`)
  await expect(query(bus?.url, 'create table forbidden ()')).rejects.toMatchObject({
    why: [expect.stringContaining('permission denied')],
  })
  expect(await query(bus?.url, 'select current_database() as name')).toEqual([{ name: 'shop_bus' }])
  expect(await query(users?.url, `select to_regclass('entries') as found`)).toEqual([{ found: null }])
})

test('also in a schema that a migration makes', async () => {
  const { users } = await ensure()
  await query(users?.migrationUrl, 'create schema audit')
  await query(users?.migrationUrl, 'create table audit.entries (word text)')
  expect(await query(users?.url, 'select * from audit.entries')).toEqual([])
})

test.each(['create table forbidden ()', 'create schema forbidden', 'create temporary table forbidden ()'])(
  'the service itself may not %s',
  async (statement) => {
    const { catalog } = await ensure()
    await expect(query(catalog?.url, statement)).rejects.toMatchObject({
      why: [expect.stringContaining('permission denied')],
    })
  },
)

test('a service is not let into the database of another one', async () => {
  const { users, catalog } = await ensure()
  const stranger = new URL(users?.url ?? '')
  stranger.pathname = new URL(catalog?.url ?? '').pathname
  await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({
    why: [expect.stringContaining('permission denied for database "shop_catalog"')],
  })
})

test('a second call answers the same without a connection', async () => {
  const first = await ensure()
  const unreachable = { ...embedded, adminUrl: embedded.adminUrl.replace('//postgres:', '//nobody:') }
  expect(await ensure(unreachable)).toEqual(first)
})

test('a database that was dropped is made again', async () => {
  await ensure()
  await query(embedded.adminUrl, 'drop database shop_orders with (force)')
  await query(embedded.adminUrl, 'checkpoint')
  const { orders } = await ensure()
  expect(await query(orders?.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a password that was lost is made anew and given to the server', async () => {
  const { users } = await ensure()
  await rm(join(paths.secrets, 'database-embedded-shop_users_app'))
  const again = await ensure()
  expect(again.users?.url).not.toBe(users?.url)
  expect(again.users?.migrationUrl).toBe(users?.migrationUrl)
  expect(await query(again.users?.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('passwords are in private files and in no log', async () => {
  const urls = Object.values(await ensure()).flatMap(({ url, migrationUrl }) => [url, migrationUrl])
  const log = await readFile(join(paths.logs, 'postgres.log'), 'utf8')
  for (const url of urls) expect(log).not.toContain(new URL(url).password)
  for (const name of await readdir(paths.secrets)) {
    expect((await stat(join(paths.secrets, name))).mode & 0o777).toBe(0o600)
  }
})

test('on another server DATABASE_URL’s path names the databases, which need not exist before', async () => {
  const server = await external(addressWith({ pathname: '/boutique' }))
  expect(server).toMatchObject({ kind: 'external', prefix: 'boutique', port: embedded.port })
  const { catalog } = await ensure(server)
  expect(await query(catalog?.url, 'select current_database() as name')).toEqual([{ name: 'boutique_catalog' }])
  expect(await ensure(server)).toMatchObject({ catalog })
  await query(embedded.adminUrl, 'drop database boutique_catalog with (force)')
  expect(await query((await ensure(server)).catalog?.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('an administrator who may make roles and databases and is no superuser is enough', async () => {
  await query(embedded.adminUrl, `create role deployer login createrole createdb password 'typed'`)
  const server = await external(addressWith({ username: 'deployer', password: 'typed', pathname: '/modest' }))
  const { orders } = await ensure(server)
  expect(await query(orders?.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a user without these rights is refused and told which are missing', async () => {
  await query(embedded.adminUrl, `create role guest login createdb password 'typed'`)
  await expect(external(addressWith({ username: 'guest', password: 'typed' }))).rejects.toMatchObject({
    code: 'DATABASE_RIGHTS_MISSING',
    outcome: 'refused',
    why: ['role "guest" has no CREATEROLE'],
  })
})

test('a wrong password is refused in the server’s words and not repeated', async () => {
  const refused = external(addressWith({ password: 'canary' }))
  await expect(refused).rejects.toMatchObject({ code: 'DATABASE_LOGIN_REFUSED', outcome: 'refused' })
  const error: unknown = await refused.catch((thrown) => thrown)
  expect(JSON.stringify([String(error), error])).not.toContain('canary')
})

test('a server that is not there is refused in the system’s words', async () => {
  const port = String(await freePort())
  await expect(external(addressWith({ port }))).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    outcome: 'refused',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    why: [expect.stringContaining('ECONNREFUSED')],
  })
})

test('a server that accepts and says nothing can be interrupted, and is given up after a deadline', async () => {
  const silent = createServer((socket) => socket.resume())
  const port = String(await freePort())
  await new Promise<void>((resolve) => silent.listen(Number(port), '127.0.0.1', resolve))
  const connect = (signal: AbortSignal) => withConnection(addressWith({ port }), signal, async () => null)
  await expect(connect(interruptedAfter(50))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  await expect(connect(never)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await new Promise((resolve) => silent.close(resolve))
})

test('an interrupted connection says so', async () => {
  const stop = interruptedAfter(50)
  const waiting = withConnection(embedded.adminUrl, stop, (client) => client.query('select pg_sleep(20)'))
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
