import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { migrate } from '../../migrate.ts'
import { startPostgresServer } from '../../testing/postgres-server.ts'
import { keptLog } from '../../testing/test-app.ts'
import { type TestDatabase, testDatabase } from '../../testing/test-database.ts'
import { allPartitions } from '../partitions.ts'
import { busContract } from '../testing/bus-contract.ts'
import { type BusLab, consumeInto, createLab, envelopesOf, idsOf, newRecord, publishAll } from '../testing/bus-lab.ts'
import { createRuntimeRole } from '../testing/runtime-role.ts'
import type { Database } from './bus-statements.ts'
import { busMigrations } from './bus-tables.ts'
import { createPostgresGroup } from './postgres-group.ts'

type NoTables = Record<never, never>

/** By a role that may not do what the migration does. */
async function busIn(database: TestDatabase<NoTables>) {
  const role = await createRuntimeRole(database.url, inject('postgresUrl'))
  return {
    url: role.url,
    async remove() {
      await database.drop()
      await role.drop()
    },
  }
}

const newDatabase = () => testDatabase<NoTables>(busMigrations, { poolSize: 3 })

busContract('PostgreSQL', async () => busIn(await newDatabase()))

describe('only of the bus in PostgreSQL', () => {
  let lab: BusLab
  let database: Kysely<NoTables>
  beforeEach(async () => {
    const place = await newDatabase()
    database = place.kysely
    lab = createLab(await busIn(place))
  })
  afterEach(() => lab.end())

  test('E16: what 100 000 events leave is no more than twice the fresh tables', { timeout: 120_000 }, async () => {
    const bus = await lab.open({ quietMilliseconds: 0 })
    const record = newRecord()
    await consumeInto(bus, { group: 'large', record, atOnce: 100 })
    const fresh = await sizeOfBus(database)
    for (let round = 0; round < 10; round += 1) {
      await publishAll(bus, envelopesOf({ subjects: 500, each: 20 }))
      await expect.poll(() => record.finished.length, { timeout: 60_000 }).toBe(10_000 * (round + 1))
    }
    await expect.poll(() => sizeOfBus(database), { timeout: 10_000 }).toBeLessThanOrEqual(2 * fresh)
  })

  test('E16: what a group has not finished stays, however much comes after it', async () => {
    const bus = await lab.open({ quietMilliseconds: 0 })
    await (await consumeInto(bus, { group: 'late', record: newRecord() })).close()
    const [prompt, late] = [newRecord(), newRecord()]
    await consumeInto(bus, { group: 'prompt', record: prompt, atOnce: 100 })
    const sent = envelopesOf({ subjects: 400, each: 30 })
    await publishAll(bus, sent)
    await expect.poll(() => prompt.finished.length, { timeout: 20_000 }).toBe(12_000)
    expect(await bus.lag('late')).toBe(12_000)
    await consumeInto(bus, { group: 'late', record: late, atOnce: 100 })
    await expect.poll(() => late.finished.length, { timeout: 20_000 }).toBe(12_000)
    expect(idsOf(late.finished)).toEqual(idsOf(sent))
  })

  test('a group that nobody was in for 14 days is forgotten, and holds nothing up any more', async () => {
    const bus = await lab.open({ quietMilliseconds: 0 })
    for (const group of ['removed', 'kept']) await (await consumeInto(bus, { group, record: newRecord() })).close()
    await consumeInto(bus, { group: 'running', record: newRecord() })
    await bus.publish(envelopesOf({ subjects: 10, each: 1 }))
    for (const [group, days] of [
      ['removed', 15],
      ['kept', 13],
    ] as const) {
      await sql`update bus_groups set seen_at = now() - make_interval(days => ${days}) where name = ${group}`.execute(
        database,
      )
    }
    await expect.poll(() => bus.lag('removed'), { timeout: 5_000 }).toBe(0)
    expect(await bus.lag('kept')).toBe(10)
  })

  test('E16: of what twenty publish at once a reader misses nothing', async () => {
    const buses = await Promise.all(Array.from({ length: 5 }, () => lab.open()))
    const record = newRecord()
    const [reader] = buses
    if (reader === undefined) throw new Error('no bus')
    await consumeInto(reader, { group: 'reading', record, atOnce: 100 })
    const sent = Array.from({ length: 20 }, () => envelopesOf({ subjects: 10, each: 20 }))
    await Promise.all(
      sent.map(async (own, number) => {
        const bus = buses[number % buses.length] ?? reader
        for (let from = 0; from < own.length; from += 5) await bus.publish(own.slice(from, from + 5))
      }),
    )
    await expect.poll(() => record.finished.length, { timeout: 20_000 }).toBe(4_000)
    expect(idsOf(record.finished)).toEqual(idsOf(sent.flat()))
  })

  test('E16: of two that claim a partition at once one has it, until its claim ends or it gives it away', async () => {
    const { logger } = keptLog()
    const subscription = { group: 'claiming', from: 'beginning' } as const
    const parts = { database, subscription, claimMilliseconds: 300, logger }
    const [one, other] = [createPostgresGroup(parts), createPostgresGroup(parts)]
    await Promise.all([one.join(), other.join()])
    const claimed = await Promise.all([one.claim(allPartitions), other.claim(allPartitions)])
    expect(claimed.flat().toSorted((a, b) => a - b)).toEqual(allPartitions)
    expect(await other.claim(claimed[0])).toEqual([])
    await one.release(claimed[0].slice(0, 1))
    expect(await other.claim(claimed[0].slice(0, 1))).toEqual(claimed[0].slice(0, 1))
    await expect.poll(() => other.claim(claimed[0]).then((gained) => gained.length)).toBe(claimed[0].length)
  })

  test('E16: it is woken when something is published, again ≤ 5 s after its listener was killed, and polls meanwhile', async () => {
    const listening = async () => (await listeners(database)).length
    const polling = await lab.open({ pollMilliseconds: 1_000 })
    const woken = await lab.open({ pollMilliseconds: 600_000 })
    const [byPoll, byBell] = [newRecord(), newRecord()]
    await consumeInto(polling, { group: 'polling', record: byPoll })
    await consumeInto(woken, { group: 'woken', record: byBell })
    await expect.poll(listening, { timeout: 5_000 }).toBe(2)
    await polling.publish(envelopesOf({ subjects: 1, each: 1 }))
    await expect.poll(() => byBell.finished.length, { timeout: 1_000 }).toBe(1)
    await expect.poll(() => byPoll.finished.length, { timeout: 1_000 }).toBe(1)

    const killed = await listeners(database)
    for (const pid of killed) await sql`select pg_terminate_backend(${pid})`.execute(database)
    await polling.publish(envelopesOf({ subjects: 1, each: 1 }))
    await expect.poll(() => byPoll.finished.length, { timeout: 2_000 }).toBe(2)
    await expect.poll(() => byBell.finished.length, { timeout: 5_000 }).toBe(2)
    const back = await listeners(database)
    expect(back.filter((pid) => killed.includes(pid))).toEqual([])
    await polling.publish(envelopesOf({ subjects: 1, each: 1 }))
    await expect.poll(() => byBell.finished.length, { timeout: 1_000 }).toBe(3)
  })
})

test('E16: after the database has restarted it goes on ≤ 5 s later, and is woken again', async () => {
  const server = await startPostgresServer()
  const lab = createLab({ url: server.url, remove: () => server.stop() })
  try {
    for await (const event of migrate({ url: server.url, migrations: busMigrations, mode: 'apply' })) {
      expect(event.event).not.toBe('failed')
    }
    const bus = await lab.open({ pollMilliseconds: 600_000 })
    const record = newRecord()
    await consumeInto(bus, { group: 'restarted', record })
    await bus.publish(envelopesOf({ subjects: 10, each: 1 }))
    await expect.poll(() => bus.lag('restarted'), { timeout: 5_000 }).toBe(0)
    // Settled on disk, as it is in production: the tests' server writes late.
    await writeToDisk(server.url)
    await server.crash()
    await expect(bus.publish(envelopesOf({ subjects: 1, each: 1 }))).rejects.toThrow('has not taken the events')
    await server.recover()
    const sent = envelopesOf({ subjects: 10, each: 2 })
    await expect
      .poll(
        () =>
          bus.publish(sent).then(
            () => 'there',
            () => 'away',
          ),
        { timeout: 5_000 },
      )
      .toBe('there')
    await expect.poll(() => new Set(record.finished.map(({ id }) => id)).size, { timeout: 5_000 }).toBe(30)
    await bus.publish(envelopesOf({ subjects: 1, each: 1 }))
    await expect.poll(() => new Set(record.finished.map(({ id }) => id)).size, { timeout: 1_000 }).toBe(31)
  } finally {
    await lab.end()
  }
})

async function sizeOfBus(database: Database): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select sum(pg_total_relation_size(oid))::bigint as bytes from pg_class
    where relname like 'bus\\_%' and relkind = 'r'`.execute(database)
  return rows[0]?.bytes ?? 0
}

async function listeners(database: Database): Promise<readonly number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'lab bus changes'`.execute(database)
  return rows.map(({ pid }) => pid)
}

async function writeToDisk(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('checkpoint')
  await client.end()
}
