import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetOldKeys } from './idempotency-sweeper.ts'
import { createIdempotencyKeys } from './idempotency-table.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

let database: TestDatabase<unknown>

beforeAll(async () => {
  database = await testDatabase([{ name: '0001_keys', reversible: true, up: createIdempotencyKeys }])
})
afterAll(() => database.drop())

test('a key is kept for a week, and longer while it is being worked on', async () => {
  const keep = (key: string, { days, lockedUntil }: { days: number; lockedUntil: string }) =>
    sql`insert into idempotency_keys (user_id, key, fingerprint, resource_id, created_at, locked_until)
      values (${randomUUID()}, ${key}, ${'a'.repeat(64)}, ${randomUUID()}, now() - make_interval(days => ${days}),
        now() + ${lockedUntil}::interval)`.execute(database.kysely)
  await keep('young', { days: 6, lockedUntil: '-6 days' })
  await keep('old', { days: 8, lockedUntil: '-8 days' })
  await keep('old but in work', { days: 8, lockedUntil: '1 minute' })
  expect(await forgetOldKeys(database.kysely)).toBe(1)
  const { rows } = await sql<{ key: string }>`select key from idempotency_keys order by key`.execute(database.kysely)
  expect(rows.map(({ key }) => key)).toEqual(['old but in work', 'young'])
})
