import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../kit/database.ts'
import { forgetOldFamilies, forgetOldLinks, forgetOldSessions } from './forget-old-logins.ts'
import type { UsersTables } from './schema.ts'
import { type SignedIn, signIn } from './testing/signed-in.ts'
import { type TestUsers, testUsers } from './testing/test-users.ts'

let users: TestUsers
beforeAll(async () => {
  users = await testUsers()
})
afterAll(() => users.close())

/** With a used token and its successor. */
async function login(): Promise<SignedIn> {
  const signedIn = await signIn(users.kysely)
  await sql`update refresh_tokens set used_at = now() where family_id = ${signedIn.familyId}`.execute(users.kysely)
  await sql`
    insert into refresh_tokens
      (id, user_id, session_id, family_id, parent_id, token_hash, expires_at, family_expires_at)
    select gen_random_uuid(), user_id, session_id, family_id, id, ${randomBytes(32)}, expires_at, family_expires_at
    from refresh_tokens where family_id = ${signedIn.familyId}`.execute(users.kysely)
  return signedIn
}
const pass = (days: number, { sessionId }: SignedIn) =>
  sql`
  with tokens as (
    update refresh_tokens set created_at = created_at - ${`${days} d`}::interval,
      expires_at = expires_at - ${`${days} d`}::interval,
      family_expires_at = family_expires_at - ${`${days} d`}::interval where session_id = ${sessionId}
  )
  update user_sessions set created_at = created_at - ${`${days} d`}::interval,
    ended_at = ended_at - ${`${days} d`}::interval where id = ${sessionId}`.execute(users.kysely)
const left = async ({ sessionId }: SignedIn) =>
  (
    await sql`
      select (select count(*)::integer from refresh_tokens where session_id = ${sessionId}) as tokens,
        (select count(*)::integer from user_sessions where id = ${sessionId}) as sessions`.execute(users.kysely)
  ).rows[0]

test('a family goes after its end, its session 30 days later, and nothing earlier', async () => {
  const [old, present] = [await login(), await login()]
  await pass(29, old)
  expect(await forgetOldFamilies(users.kysely)).toBe(0)
  await pass(2, old)
  expect([await forgetOldFamilies(users.kysely), await forgetOldSessions(users.kysely)]).toEqual([1, 0])
  expect(await left(old)).toEqual({ tokens: 0, sessions: 1 })
  await pass(30, old)
  expect(await forgetOldSessions(users.kysely)).toBe(1)
  expect([await left(old), await left(present)]).toEqual([
    { tokens: 0, sessions: 0 },
    { tokens: 2, sessions: 1 },
  ])
})

/** Of as many users, each with a login and a family of two tokens that ended `days` ago, or will end. */
const addLogins = (count: number, days: number) =>
  sql`
  with person as (
    insert into users (id, email, name)
    select gen_random_uuid(), gen_random_uuid() || '@shop.test', 'Ada' from generate_series(1, ${count}::integer)
    returning id
  ), session as (
    insert into user_sessions (id, user_id, created_at, ended_at)
    select gen_random_uuid(), id, at - interval '30 d', case when at < now() then at end
    from person, (select now() - make_interval(days => ${days}) as at) ended
    returning id, user_id, created_at
  ), family as (
    select gen_random_uuid() as family_id, gen_random_uuid() as first_id, s.* from session s
  ), first as (
    insert into refresh_tokens
      (id, user_id, session_id, family_id, token_hash, created_at, expires_at, family_expires_at, used_at)
    select first_id, user_id, id, family_id, sha256(first_id::text::bytea), created_at,
      created_at + interval '7 d', created_at + interval '30 d', created_at from family
  )
  insert into refresh_tokens
    (id, user_id, session_id, family_id, parent_id, token_hash, created_at, expires_at, family_expires_at)
  select gen_random_uuid(), user_id, id, family_id, first_id, sha256(id::text::bytea), created_at,
    created_at + interval '7 d', created_at + interval '30 d' from family`.execute(users.kysely)
const counts = async () =>
  (
    await sql`
      select (select count(*)::integer from refresh_tokens) as tokens,
        (select count(*)::integer from user_sessions) as sessions`.execute(users.kysely)
  ).rows[0]

test('two replicas that forget at once drop each family and each session once, and none that lives', async () => {
  const replicas = [replica(), replica()]
  await sql`delete from refresh_tokens`.execute(users.kysely)
  await sql`delete from user_sessions`.execute(users.kysely)
  await addLogins(50, -1)
  for (let round = 0; round < 3; round += 1) {
    await addLogins(450, 40)
    const until0 = async (forget: () => Promise<number>) => {
      let sum = 0
      for (let count = await forget(); count > 0; count = await forget()) sum += count
      return sum
    }
    const all = (forget: typeof forgetOldFamilies) =>
      Promise.all(replicas.map(({ kysely }) => until0(() => forget(kysely))))
    const sumOf = (sums: readonly number[]) => sums.reduce((sum, each) => sum + each, 0)
    // Who is skipped because the other one holds it stays for the next time.
    const families = sumOf([...(await all(forgetOldFamilies)), await until0(() => forgetOldFamilies(users.kysely))])
    const sessions = sumOf([...(await all(forgetOldSessions)), await until0(() => forgetOldSessions(users.kysely))])
    expect({ families, sessions }).toEqual({ families: 450, sessions: 450 })
    expect(await counts()).toEqual({ tokens: 100, sessions: 50 })
  }
  await Promise.all(replicas.map(({ close }) => close()))
})
const replica = () =>
  openDatabase<UsersTables>({
    url: users.url,
    poolSize: 2,
    applicationName: 'replica',
    metrics: new Registry(),
    onConnectionError: () => undefined,
  })

test('what is to be forgotten is found by an index, among many that live', async () => {
  await addLogins(3_000, -1)
  await addLogins(3, 40)
  for (const table of ['refresh_tokens', 'user_sessions']) await sql`analyze ${sql.table(table)}`.execute(users.kysely)
  const scans = (index: string) => sql<number>`pg_stat_get_xact_numscans(${index}::regclass)::integer`
  const found = await users.kysely.transaction().execute(async (transaction) => {
    const forgotten = [await forgetOldFamilies(transaction), await forgetOldSessions(transaction)]
    const { rows } = await sql`
      select ${scans('refresh_tokens_by_family_end')} as families, ${scans('user_sessions_by_end')} as sessions`.execute(
      transaction,
    )
    return { forgotten, scans: rows[0] }
  })
  expect(found).toEqual({ forgotten: [3, 3], scans: { families: 1, sessions: 1 } })
})

test('links go a day after they were used or were over', async () => {
  const { userId } = await signIn(users.kysely)
  const add = (used: string | null, expires: string) =>
    sql`
    insert into password_reset_tokens (id, user_id, token_hash, created_at, used_at, expires_at)
    values (${randomUUID()}, ${userId}, ${randomBytes(32)}, now() - interval '9 days', now() + ${used}::interval,
      now() + ${expires}::interval)`.execute(users.kysely)
  await add('-2 d', '-1 h')
  await add('-1 h', '-1 h')
  await add(null, '-2 d')
  expect([await forgetOldLinks(users.kysely), await forgetOldLinks(users.kysely)]).toEqual([2, 0])
})
