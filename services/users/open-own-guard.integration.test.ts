import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type AccountsFixture, accountsFixture, codeOf } from './testing/accounts-fixture.ts'

const profile = '/api/v1/users/me'
let fixture: AccountsFixture
beforeAll(async () => {
  fixture = await accountsFixture()
})
afterAll(() => fixture.close())

/** Ends the connection of whoever waits for the table; rejects as long as nobody does. */
async function killWaiting(): Promise<void> {
  const { rows } = await sql`
    select pg_terminate_backend(pid) as killed from pg_locks
    where relation = 'user_sessions'::regclass and not granted`.execute(fixture.kysely)
  z.array(z.object({ killed: z.literal(true) }))
    .min(1)
    .parse(rows)
}

test('A25: a login that cannot be looked up is no login: 503 where the lookup’s connection is killed', async () => {
  const { headers } = await fixture.person()
  expect((await fixture.get(profile, headers)).status).toBe(200)
  const response = await fixture.kysely.transaction().execute(async (held) => {
    await sql`lock table user_sessions in access exclusive mode`.execute(held)
    const asked = fixture.get(profile, headers)
    await expect.poll(() => killWaiting().then(() => 'killed'), { timeout: 5_000 }).toBe('killed')
    return asked
  })
  expect([response.status, await codeOf(response)]).toEqual([503, 'service/unavailable'])
  expect((await fixture.get(profile, headers)).status, 'and back').toBe(200)
})
