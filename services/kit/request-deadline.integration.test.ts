import http from 'node:http'
import { type Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createShopServer, type ShopServer } from './http-server.ts'
import { createRoutes } from './routes.ts'
import { keptLog, type TestApp, testApp } from './testing/test-app.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

type Tables = { marks: { name: string } }

let database: TestDatabase<Tables>
let served: TestApp
let server: ShopServer
let url: string

beforeAll(async () => {
  database = await testDatabase<Tables>([], { poolSize: 10 })
  await sql`create table marks (name text not null)`.execute(database.kysely)
})
afterAll(() => database.drop())

const mark = (kysely: Kysely<Tables>, name: string) => kysely.insertInto('marks').values({ name }).execute()
const sleep = (kysely: Kysely<Tables>, seconds: number) => sql`select pg_sleep(${seconds})`.execute(kysely)
const marks = async () => (await database.kysely.selectFrom('marks').select('name').execute()).map(({ name }) => name)
const sleeping = async () => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()
  `.execute(database.kysely)
  return rows[0]?.count ?? 0
}

beforeEach(async () => {
  const { kysely } = database
  const routes = createRoutes()
  routes.get('/read', async (c) => c.json((await sleep(kysely, 4)).rows))
  routes.post('/write', async (c) => {
    await sql`with slow as materialized (select pg_sleep(4))
      insert into marks (name) select 'write' from slow`.execute(kysely)
    return c.json({})
  })
  routes.post('/transaction', async (c) => {
    await kysely.transaction().execute(async (transaction) => {
      await mark(transaction, 'in transaction')
      await sleep(transaction, 4)
      await mark(transaction, 'late')
    })
    return c.json({})
  })
  routes.post('/committed', async (c) => {
    await kysely.transaction().execute((transaction) => mark(transaction, 'first'))
    await sleep(kysely, 0.7)
    await mark(kysely, 'second')
    return c.json({})
  })
  routes.post('/hung', () => new Promise(() => undefined))
  served = testApp(routes, {
    deadlines: { milliseconds: 400, byRoute: { '/committed': 5_000 }, graceMilliseconds: 300 },
  })
  server = createShopServer(served.app.fetch, keptLog().logger)
  url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`
})
afterEach(async () => {
  await server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 0 })
  await sql`truncate marks`.execute(database.kysely)
})

test.each([
  ['GET', '/read'],
  ['POST', '/write'],
  ['POST', '/transaction'],
])('X16: %s %s past its deadline is 503, its statement is cancelled and writes nothing later', async (method, path) => {
  const startedAt = performance.now()
  const answer = await fetch(url + path, { method })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(await answer.json()).toMatchObject({ code: 'service/unavailable', detail: 'The request took too long' })
  expect(performance.now() - startedAt).toBeLessThan(2_500)
  await expect.poll(sleeping, { timeout: 1_000 }).toBe(0)
  expect(await marks()).toEqual([])
})

test('X16: a handler that hangs on nothing is answered for', async () => {
  expect((await fetch(`${url}/hung`, { method: 'POST' })).status).toBe(503)
})

test.each([
  ['GET', '/read'],
  ['POST', '/write'],
  ['POST', '/transaction'],
])('X16: the client of %s %s leaves, and within a second its statement is gone', async (method, path) => {
  await leave(method, path, async () => expect.poll(sleeping).toBe(1))
  await expect.poll(sleeping, { timeout: 1_000 }).toBe(0)
  await expect.poll(() => served.lines()).toMatchObject([{ level: 'INFO', method, status_code: 400 }])
  expect(await marks()).toEqual([])
})

test('X16: what was committed before the client left is finished', async () => {
  await leave('POST', '/committed', async () => expect.poll(marks).toEqual(['first']))
  await expect.poll(marks, { timeout: 3_000 }).toEqual(['first', 'second'])
})

/** Sends a request, and breaks its connection once `seen` resolves. */
async function leave(method: string, path: string, seen: () => Promise<unknown>): Promise<void> {
  const request = http.request(url + path, { method, agent: false })
  request.on('error', () => undefined)
  request.end()
  await seen()
  request.destroy()
}
