import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { assertMigrated, type MigrationEvent, type ServiceMigration } from './migrations.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

const accounts: ServiceMigration = {
  name: '0001_accounts',
  reversible: true,
  async up(database) {
    await sql`create table accounts (id integer primary key)`.execute(database)
  },
}
const names: ServiceMigration = {
  name: '0002_names',
  reversible: false,
  async up(database) {
    await sql`alter table accounts add column name text`.execute(database)
  },
}
const broken: ServiceMigration = {
  name: '0003_broken',
  reversible: true,
  async up(database) {
    await sql`create table half (id integer)`.execute(database)
    await sql`insert into accounts (id) values (1), (1)`.execute(database)
  },
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const seen: Item[] = []
  for await (const item of items) seen.push(item)
  return seen
}

let database: TestDatabase<unknown>
const events = async (migrations: ServiceMigration[], mode: 'apply' | 'plan' | 'list-applied' = 'apply') =>
  collect(migrate({ url: database.url, migrations, mode }))
const appliedNames = (seen: MigrationEvent[]) =>
  seen.filter(({ event }) => event === 'applied').map((event) => ('name' in event ? event.name : ''))

beforeAll(async () => {
  database = await testDatabase([])
})
afterAll(() => database.drop())

test('a plan lists what is pending and changes nothing', async () => {
  expect(await events([accounts, names], 'plan')).toEqual([
    { event: 'pending', name: '0001_accounts', reversible: true },
    { event: 'pending', name: '0002_names', reversible: false },
  ])
  await expect(assertMigrated(database.kysely, [accounts])).rejects.toThrow('migrations pending: 0001_accounts')
})

test('X9: five processes that migrate at once run each step once and all end well', async () => {
  const runs = await Promise.all(Array.from({ length: 5 }, () => events([accounts, names])))
  expect(runs.flatMap(appliedNames)).toEqual(['0001_accounts', '0002_names'])
  for (const run of runs) expect(run.at(-1)).toEqual({ event: 'current', names: ['0001_accounts', '0002_names'] })
  await assertMigrated(database.kysely, [accounts, names])
})

test('X9: a step that fails half way leaves nothing of it and names the reason', async () => {
  const [event, ...more] = await events([accounts, names, broken])
  expect(event).toMatchObject({
    event: 'failed',
    name: '0003_broken',
    sqlstate: '23505',
    detail: 'Key (id)=(1) already exists.',
  })
  expect(more).toEqual([])
  const { rows } = await sql`select to_regclass('half') as half`.execute(database.kysely)
  expect(rows).toEqual([{ half: null }])
})

test('a database that is ahead suits an older bundle, which still learns what cannot be undone', async () => {
  expect(await events([accounts])).toEqual([{ event: 'current', names: ['0001_accounts', '0002_names'] }])
  await assertMigrated(database.kysely, [accounts])
  expect(await events([accounts], 'list-applied')).toEqual([
    { event: 'applied-before', name: '0001_accounts', reversible: true },
    { event: 'applied-before', name: '0002_names', reversible: false },
  ])
})

test('X25: an index on a filled table is built beside its writers, and one that was left half built is built again', async () => {
  const { kysely } = database
  await sql`insert into accounts (id, name) select id, 'n' || id from generate_series(1, 1000) as id`.execute(kysely)
  const indexed: ServiceMigration = {
    name: '0004_indexed',
    reversible: true,
    indexes: [
      { name: 'accounts_by_name', on: 'accounts (name) where name is not null' },
      { name: 'accounts_name_key', unique: true, on: 'accounts (name)' },
    ],
    async up(step) {
      await sql`alter table accounts add column age integer`.execute(step)
    },
  }
  const indexes = async () => {
    const { rows } = await sql<{ name: string; valid: boolean; unique: boolean }>`
      select relname as name, indisvalid as valid, indisunique as unique
      from pg_index join pg_class on pg_class.oid = indexrelid where relname like 'accounts_%name%' order by 1
    `.execute(kysely)
    return rows
  }
  const whole = [
    { name: 'accounts_by_name', valid: true, unique: false },
    { name: 'accounts_name_key', valid: true, unique: true },
  ]
  // Of two equal rows the unique one cannot be built: what it leaves is there, and not valid.
  await sql`insert into accounts (id, name) values (2000, 'n1')`.execute(kysely)
  expect((await events([accounts, names, indexed])).at(-1)).toMatchObject({ event: 'failed', sqlstate: '23505' })
  expect(await indexes()).toEqual([whole[0], { name: 'accounts_name_key', valid: false, unique: true }])
  await sql`delete from accounts where id = 2000`.execute(kysely)
  expect((await events([accounts, names, indexed])).at(-1)).toMatchObject({ event: 'current' })
  expect(await indexes()).toEqual(whole)
  expect(await events([accounts, names, indexed])).toHaveLength(1)
})

test('X9: waiting for another process that migrates ends', async () => {
  await database.kysely.connection().execute(async (other) => {
    await sql`select pg_advisory_lock(7306093421)`.execute(other)
    const seen = await collect(
      migrate({ url: database.url, migrations: [accounts], mode: 'apply', lockWaitSeconds: 0 }),
    )
    expect(seen).toMatchObject([
      { event: 'failed', message: 'another process has been migrating this database for 0 s' },
    ])
    await sql`select pg_advisory_unlock_all()`.execute(other)
  })
})

test('a database that cannot be reached is a failed event, not an exception', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/none'
  const [event] = await collect(migrate({ url, migrations: [accounts], mode: 'apply' }))
  expect(event).toMatchObject({ event: 'failed', name: '(connect)', message: 'connect ECONNREFUSED 127.0.0.1:1' })
})
