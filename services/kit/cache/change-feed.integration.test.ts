import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keptLog } from '../testing/test-app.ts'
import { type TestDatabase, testDatabase } from '../testing/test-database.ts'
import { listenForChanges } from './change-feed.ts'

let database: TestDatabase<Record<never, never>>
beforeAll(async () => {
  database = await testDatabase([], { poolSize: 2 })
})
afterAll(() => database.drop())

const tell = (payload: string) => sql`select pg_notify('things', ${payload})`.execute(database.kysely)

/** Ends the connections that listen, as a restart of the database would. */
const cut = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'feed changes'`.execute(
    database.kysely,
  )

function startFeed(url = database.url) {
  const told: string[] = []
  const log = keptLog()
  const feed = listenForChanges({
    url,
    channel: 'things',
    applicationName: 'feed',
    logger: log.logger,
    elapsed: () => performance.now(),
    onStart: () => told.push('start'),
    onGap: () => told.push('gap'),
    onChange: (payload) => told.push(payload),
  })
  return { feed, told, log }
}

test('C5: it tells its start once, each change in order, and a gap once it hears again', async () => {
  const { feed, told } = startFeed()
  try {
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['start'])
    expect(feed.heard()).toBe(true)
    for (const payload of ['one', 'two']) await tell(payload)
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['start', 'one', 'two'])

    await cut()
    await expect.poll(() => feed.heard(), { timeout: 5_000 }).toBe(false)
    await tell('missed')
    expect(told).toHaveLength(3)
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['start', 'one', 'two', 'gap'])
    expect(feed.heard()).toBe(true)
    await tell('three')
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['start', 'one', 'two', 'gap', 'three'])

    await cut()
    await expect.poll(() => told.slice(5), { timeout: 5_000 }).toEqual(['gap'])
  } finally {
    await feed.close()
  }
  expect(feed.heard()).toBe(false)
})

test('where it never heard there is no gap: nothing is told, and it says so once', async () => {
  const { feed, told, log } = startFeed('postgres://127.0.0.1:1/nothing')
  const lines = () => log.lines().filter(({ message }) => String(message).startsWith('changes cannot be heard'))
  try {
    await expect.poll(() => lines().length, { timeout: 5_000 }).toBeGreaterThan(1)
    expect(lines().filter(({ level }) => level === 'WARN')).toHaveLength(1)
    expect([told, feed.heard()]).toEqual([[], false])
  } finally {
    await feed.close()
  }
})
