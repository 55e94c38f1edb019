import { sql } from 'kysely'
import pg from 'pg'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from './database.ts'
import { DatabaseUnavailable, databaseFault, repeatOnConflict } from './database-faults.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

let place: TestDatabase<unknown>
let database: OpenDatabase<unknown>
let metrics: Registry
let connectionErrors: Error[]

beforeAll(async () => {
  place = await testDatabase([])
})
afterAll(() => place.drop())
beforeEach(() => {
  metrics = new Registry()
  connectionErrors = []
  database = open({ url: place.url, poolSize: 5 })
})
afterEach(async () => {
  await sql`drop table if exists things`.execute(place.kysely)
  await database.close()
})

const open = (facts: { url: string; poolSize: number }) =>
  openDatabase<unknown>({
    ...facts,
    applicationName: 'test',
    metrics,
    onConnectionError: (error) => connectionErrors.push(error),
  })
const faultOf = (run: Promise<unknown>) => run.then(() => null, databaseFault)
const metric = async (name: string) => (await metrics.getSingleMetricAsString(name)).split('\n').slice(2)

test('a bigint is a number, and one beyond what a number can hold is refused', async () => {
  const { rows } = await sql`select 1000000000000::bigint as cents, null::bigint as none`.execute(database.kysely)
  expect(rows).toEqual([{ cents: 1_000_000_000_000, none: null }])
  await expect(sql`select 9007199254740993::bigint as much`.execute(database.kysely)).rejects.toThrow(RangeError)
  await database.ping()
})

test('statements are prepared by name, but not those whose shape a migration could change', async () => {
  await sql`create table things (id integer)`.execute(database.kysely)
  const shown = () => sql`select id from things where id = ${1}`.execute(database.kysely)
  const all = () => sql`select * from things`.execute(database.kysely)
  await shown()
  await all()
  const { rows } = await sql<{ statement: string }>`
    select statement from pg_prepared_statements order by prepare_time`.execute(database.kysely)
  const prepared = rows.map(({ statement }) => statement)
  expect(prepared).toContain('select id from things where id = $1')
  expect(prepared).not.toContain('select * from things')
  await sql`alter table things add column name text`.execute(place.kysely)
  await shown()
  expect((await all()).rows).toEqual([])
})

test('a statement ends after five seconds and a lock wait after three, and both are busy', async () => {
  expect(await faultOf(sql`select pg_sleep(7)`.execute(database.kysely))).toMatchObject({ kind: 'busy' })
  await place.kysely.connection().execute(async (other) => {
    await sql`select pg_advisory_lock(1)`.execute(other)
    expect(await faultOf(sql`select pg_advisory_lock(1)`.execute(database.kysely))).toMatchObject({ kind: 'busy' })
    await sql`select pg_advisory_unlock(1)`.execute(other)
  })
  expect((await metric('db_errors_total')).filter((line) => !line.endsWith(' 0'))).toEqual([
    'db_errors_total{sqlstate_class="55"} 1',
    'db_errors_total{sqlstate_class="57"} 1',
  ])
})

test('X2: connections that are killed, shared or own, idle or at work, cost their own statement and nothing else', async () => {
  const hold = (seconds: number) => (connection: typeof database.kysely) =>
    sql`select pg_sleep(${seconds})`.execute(connection)
  // Of five one then carries reads and one writes; the reads and one transaction are at work.
  await Promise.all(Array.from({ length: 5 }, () => database.kysely.connection().execute(hold(0.05))))
  await sql`create table if not exists killed (id integer)`.execute(place.kysely)
  await sql`insert into killed values (1)`.execute(database.kysely)
  await sql`select 1 as one`.execute(database.kysely)
  const working = faultOf(database.kysely.connection().execute(hold(4)))
  const shared = faultOf(hold(4)(database.kysely))
  await expect.poll(() => activeCount()).toBe(2)
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test'`.execute(place.kysely)
  expect(await working).toMatchObject({ kind: 'unavailable' })
  expect(await shared).toMatchObject({ kind: 'unavailable' })
  await expect.poll(() => connectionErrors.length).toBe(3)
  await Promise.all([database.ping(), sql`insert into killed values (2)`.execute(database.kysely)])
})

async function activeCount(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity where application_name = 'test' and state = 'active'`.execute(
    place.kysely,
  )
  return rows[0]?.count ?? 0
}

test('a server that is not there, and one that refuses the password or the database, are unavailable', async () => {
  const missing = new URL(place.url)
  missing.pathname = '/no_such_database'
  for (const url of ['postgres://nobody@127.0.0.1:1/none', missing.href]) {
    metrics = new Registry()
    const wrong = open({ url, poolSize: 1 })
    await expect(wrong.ping()).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(await faultOf(sql`select 1`.execute(wrong.kysely))).toEqual({ kind: 'unavailable', retryAfterSeconds: 2 })
    await wrong.close()
  }
})

test('a violated constraint is told by its name', async () => {
  await sql`create table things (id integer constraint things_id_positive check (id > 0))`.execute(database.kysely)
  const fault = await faultOf(sql`insert into things (id) values (0)`.execute(database.kysely))
  expect(fault).toEqual({ kind: 'constraint', sqlstate: '23514', constraint: 'things_id_positive' })
})

test('X32: a deadlock is tried again by the one that lost, and a bug is not', async () => {
  await sql`create table things (id integer primary key, count integer not null)`.execute(database.kysely)
  await sql`insert into things values (1, 0), (2, 0)`.execute(database.kysely)
  let tries = 0
  const raise = (ids: readonly [number, number]) =>
    repeatOnConflict(() =>
      database.kysely.transaction().execute(async (transaction) => {
        tries += 1
        for (const id of ids) {
          await sql`update things set count = count + 1 where id = ${id}`.execute(transaction)
          await sql`select pg_sleep(0.1)`.execute(transaction)
        }
      }),
    )
  await Promise.all([raise([1, 2]), raise([2, 1])])
  const { rows } = await sql`select count from things`.execute(database.kysely)
  expect(rows).toEqual([{ count: 2 }, { count: 2 }])
  expect(tries).toBe(3)

  let broken = 0
  const bug = repeatOnConflict(() => {
    broken += 1
    return sql`select nonsense`.execute(database.kysely)
  })
  await expect(bug).rejects.toBeInstanceOf(pg.DatabaseError)
  expect(broken).toBe(1)
})
