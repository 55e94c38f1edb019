import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EventDatabase, eventDatabase } from '../outbox/testing/event-database.ts'
import { startChild, type TestChild } from '../testing/child-process.ts'
import { type ConsumerStage, consumerStage, envelopeOf } from './testing/consumer-stage.ts'

const program = new URL('testing/consumer-process.ts', import.meta.url)

let database: EventDatabase
let stage: ConsumerStage
const children: TestChild[] = []
beforeAll(async () => {
  database = await eventDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  stage = await consumerStage(database, 'postgres')
})
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
  await stage.close()
})

async function startConsumer(handlerMilliseconds: number): Promise<TestChild> {
  const child = startChild(program, { DATABASE_URL: database.url, HANDLER_MS: String(handlerMilliseconds) })
  children.push(child)
  await child.said('consuming')
  return child
}

/** Subjects by how often the effect of their one event is there. */
const effectsBySubject = async () => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from effects group by subject`.execute(
    database.kysely,
  )
  return rows.map(({ count }) => count)
}
const begun = async () =>
  (
    await sql`select from pg_stat_activity where application_name = 'consumer-process' and state = 'idle in transaction'`.execute(
      database.kysely,
    )
  ).rows.length

test('E21: told to end with fifty events in work, a consumer ends within 10 s; another does the rest, each once', async () => {
  const ending = await startConsumer(3_000)
  await stage.bus.publish(Array.from({ length: 50 }, () => envelopeOf()))
  await expect.poll(begun, { timeout: 10_000 }).toBeGreaterThan(10)
  const askedAt = performance.now()
  ending.signal('SIGTERM')
  expect(await ending.ended).toBe(0)
  expect(performance.now() - askedAt).toBeLessThan(10_000)
  const before = (await effectsBySubject()).length
  expect(before).toBeLessThan(50)
  await startConsumer(0)
  await expect.poll(async () => (await effectsBySubject()).length, { timeout: 20_000 }).toBe(50)
  await expect.poll(() => stage.bus.lag('counter'), { timeout: 10_000 }).toBe(0)
  expect(new Set(await effectsBySubject())).toEqual(new Set([1]))
})

test('E12: over two processes, one of which is killed again and again, each event has one effect', async () => {
  await startConsumer(20)
  const events = Array.from({ length: 300 }, () => envelopeOf())
  for (let round = 0; round < 3; round += 1) {
    const killed = await startConsumer(50)
    await stage.bus.publish(events.slice(round * 100, (round + 1) * 100))
    await stage.bus.publish(events.slice(round * 100, (round + 1) * 100))
    const enough = (round + 1) * 20
    await expect.poll(async () => (await effectsBySubject()).length, { timeout: 20_000 }).toBeGreaterThan(enough)
    await killed.kill()
  }
  // What the killed ones had is taken over after a minute without a word from them.
  await expect.poll(async () => (await effectsBySubject()).length, { timeout: 100_000, interval: 500 }).toBe(300)
  expect(new Set(await effectsBySubject())).toEqual(new Set([1]))
}, 150_000)
