import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseFault } from '../../kit/database-faults.ts'
import { type TestDatabase, testDatabase } from '../../kit/testing/test-database.ts'
import { catalogMigrations } from '../catalog-service.ts'
import type { CatalogTables } from '../schema.ts'
import { parallel } from '../testing/answer.ts'

let database: TestDatabase<CatalogTables>
beforeAll(async () => {
  database = await testDatabase<CatalogTables>(catalogMigrations)
})
afterAll(() => database.drop())

type Holds = { readonly count: number; readonly userId: string | null }

/** By statements that count nothing, each on a connection of its own; what was refused, and by which constraint. */
async function hold({ count, userId }: Holds): Promise<readonly string[]> {
  const insert = sql`
    insert into inventory_reservations (id, reference, user_id, expires_at)
    values (gen_random_uuid(), gen_random_uuid()::text, ${userId}::uuid, now() + interval '15 minutes')`
  const tried = await parallel(count, () =>
    database.kysely
      .transaction()
      .execute((transaction) => insert.execute(transaction))
      .then(() => 'held', constraintOf),
  )
  return tried.toSorted()
}

function constraintOf(error: unknown): string {
  const fault = databaseFault(error)
  if (fault?.kind !== 'constraint') throw error
  return fault.constraint
}

const refused = (count: number) => Array.from({ length: count }, () => 'inventory_reservations_hold_limit')
const held = (count: number) => Array.from({ length: count }, () => 'held')

test('C19: the table takes three active holds of a user and no fourth, also of twenty statements at once', async () => {
  for (let round = 0; round < 20; round += 1) {
    expect(await hold({ count: 20, userId: randomUUID() })).toEqual([...held(3), ...refused(17)])
  }
})

test('C19: a hold that ended by a word or by its time makes room, and what is nobody’s is not counted', async () => {
  const userId = randomUUID()
  expect(await hold({ count: 3, userId })).toEqual(held(3))
  await sql`
    update inventory_reservations set state = 'released', closed_at = now()
    where id = (select id from inventory_reservations where user_id = ${userId}::uuid limit 1)`.execute(database.kysely)
  expect(await hold({ count: 2, userId })).toEqual([...held(1), ...refused(1)])
  await sql`
    update inventory_reservations set created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute'
    where user_id = ${userId}::uuid`.execute(database.kysely)
  expect(await hold({ count: 4, userId })).toEqual([...held(3), ...refused(1)])
  expect(await hold({ count: 10, userId: null })).toEqual(held(10))
})
