import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from './database.ts'
import { databaseFault } from './database-faults.ts'
import { abandonedProblem, RequestScope, runInScope } from './request-scope.ts'
import { createRoutes } from './routes.ts'
import { SharedConnection } from './shared-connection.ts'
import { testApp } from './testing/test-app.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

type Tables = { numbers: { id: number; by: string } }

let place: TestDatabase<Tables>
let database: OpenDatabase<Tables>
let metrics: Registry

beforeAll(async () => {
  place = await testDatabase<Tables>([])
  await sql`create table numbers (id integer, by text not null)`.execute(place.kysely)
})
afterAll(() => place.drop())
beforeEach(() => {
  metrics = new Registry()
  database = open(5)
})
afterEach(async () => {
  await database.close()
  await sql`truncate numbers`.execute(place.kysely)
})

const open = (poolSize: number) =>
  openDatabase<Tables>({
    url: place.url,
    poolSize,
    applicationName: 'lanes',
    metrics,
    onConnectionError: () => undefined,
  })

const insert = (kysely: Kysely<Tables>, id: number, by: string) =>
  kysely.insertInto('numbers').values({ id, by }).execute()
const idsBy = async (by: string) =>
  (await place.kysely.selectFrom('numbers').select('id').where('by', '=', by).orderBy('id').execute()).map(
    ({ id }) => id,
  )
const pool = async () => (await metrics.getSingleMetricAsString('db_pool_connections')).split('\n').slice(2)
const allBack = (idle: number) => [
  'db_pool_connections{state="used"} 0',
  `db_pool_connections{state="idle"} ${idle}`,
  'db_pool_connections{state="waiting"} 0',
]

test('X13: of 1 000 single writes among 100 transactions that roll back every one is there, and no other', async () => {
  const writes = Array.from({ length: 1_000 }, (_, id) => () => insert(database.kysely, id, 'single'))
  const undone = Array.from(
    { length: 100 },
    (_, id) => () =>
      database.kysely
        .transaction()
        .execute(async (transaction) => {
          await insert(transaction, id, 'undone')
          await insert(transaction, id, 'undone')
          throw new Error('rolled back on purpose')
        })
        .catch(() => undefined),
  )
  const all = writes.flatMap((write, index) => (index % 10 === 0 ? [write, undone[index / 10] ?? write] : [write]))
  await Promise.all(all.map((run) => run()))
  expect(await idsBy('single')).toEqual(writes.map((_, id) => id))
  expect(await idsBy('undone')).toEqual([])
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where application_name = 'lanes'`.execute(place.kysely)
  expect(rows[0]?.count).toBeLessThanOrEqual(5)
  expect(await pool()).toEqual(allBack(rows[0]?.count ?? 0))
})

test('a connection that is shared again and again is listened to once', async () => {
  const pool = new pg.Pool({ connectionString: place.url, max: 1 })
  const client = await pool.connect()
  const before = client.listenerCount('error')
  client.release()
  for (let round = 0; round < 3; round += 1) {
    const shared = new SharedConnection(await pool.connect(), () => undefined)
    expect([shared.usable, client.listenerCount('error')]).toEqual([true, before + 1])
    shared.retire()
  }
  await pool.end()
})

test('a statement that fails takes none of its neighbours with it', async () => {
  const one = (id: number) => sql<{ id: number }>`select 6 / ${id}::int as id`.execute(database.kysely)
  const outcomes = await Promise.allSettled([3, 0, 2, 0, 1].map(one))
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.rows[0]?.id : 'failed'))).toEqual([
    2,
    'failed',
    3,
    'failed',
    6,
  ])
})

test('behind a statement that takes long nothing is queued up: what comes later goes another way', async () => {
  const slow = sql`select pg_sleep(1.5)`.execute(database.kysely)
  const longSince = sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where application_name = 'lanes' and wait_event = 'PgSleep'
      and query_start < clock_timestamp() - interval '60 ms'`
  await expect.poll(async () => (await longSince.execute(place.kysely)).rows[0]?.count, { interval: 5 }).toBe(1)
  let slowEnded = false
  void slow.then(() => {
    slowEnded = true
  })
  await sql`select 2`.execute(database.kysely)
  expect(slowEnded).toBe(false)
  await slow
})

test('X12: where every connection is held, requests get 503 after two seconds, and all connections come back', async () => {
  const { promise: over, resolve: release } = Promise.withResolvers<void>()
  const held = Array.from({ length: 5 }, () => database.kysely.connection().execute(() => over))
  await expect.poll(pool).toContain('db_pool_connections{state="used"} 5')

  const routes = createRoutes()
  routes.get('/single', async (c) => c.json((await sql`select 1`.execute(database.kysely)).rows))
  routes.get('/transaction', async (c) =>
    c.json(await database.kysely.transaction().execute((transaction) => idsIn(transaction))),
  )
  const { app } = testApp(routes)
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => app.request(index % 2 === 0 ? '/single' : '/transaction')),
  )
  const seconds = (performance.now() - startedAt) / 1_000
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  expect(answers.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true)
  expect(seconds).toBeGreaterThan(1.9)
  expect(seconds).toBeLessThan(5)

  // node-postgres#3543: who stops waiting must not keep a connection that comes later.
  const waits = Array.from({ length: 1_000 }, () => {
    const scope = new RequestScope()
    const wait = runInScope(scope, () =>
      database.kysely.transaction().execute(() => insert(database.kysely, 1, 'left')),
    )
    scope.abandon('client-left')
    return wait
  })
  const outcomes = Promise.allSettled(waits)
  release()
  await Promise.all(held)
  const gone = abandonedProblem('client-left').message
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected' })
    if (outcome.status === 'rejected') expect([gone, undefined]).toContain(messageUnlessUnavailable(outcome.reason))
  }
  expect(await idsBy('left')).toEqual([])
  await expect.poll(pool).toEqual(allBack(5))
  expect((await app.request('/single')).status).toBe(200)
})

const idsIn = (kysely: Kysely<Tables>) => kysely.selectFrom('numbers').select('id').execute()

function messageUnlessUnavailable(error: unknown): string | undefined {
  if (databaseFault(error)?.kind === 'unavailable') return undefined
  return error instanceof Error ? error.message : String(error)
}

test('a cancel that comes too late for its own statement costs the next one nothing', async () => {
  const neighbours: Promise<unknown>[] = []
  for (let round = 0; round < 200; round += 1) {
    const scope = new RequestScope()
    const left = runInScope(scope, () => sql`select ${round}::int as left`.execute(database.kysely)).catch(
      () => undefined,
    )
    neighbours.push(left, sql`select pg_sleep(0.001)`.execute(database.kysely))
    scope.abandon('client-left')
    if (round % 20 === 0) await Promise.all(neighbours.splice(0))
  }
  await Promise.all(neighbours)
})
