import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import type { UsersTables } from './schema.ts'
import { usersService } from './users-service.ts'

let database: TestDatabase<UsersTables>
const user = randomUUID()
const session = randomUUID()
const hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$dGFn'
beforeAll(async () => {
  database = await testDatabase<UsersTables>(usersService.migrations)
  await addUser({ id: user, email: 'ada@x.io' })
  await addSession({ id: session })
  await addToken({ family_id: user })
  await addToken({ id: parent, token_hash: known })
  await addToken({ parent_id: parent })
  await addReset({ token_hash: known })
  await addCount({ address_hash: known })
  await sql`insert into audit_logs (id, actor, action) values (${user}, 'test', 'test')`.execute(database.kysely)
})
afterAll(() => database.drop())

type Row = Record<string, unknown>
async function insert(table: string, row: Row): Promise<string> {
  const columns = sql.join(Object.keys(row).map((name) => sql.id(name)))
  const values = sql.join(Object.values(row))
  return sqlstateOf(sql`insert into ${sql.table(table)} (${columns}) values (${values})`.execute(database.kysely))
}
const sqlstateOf = (statement: Promise<unknown>): Promise<string> =>
  statement.then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? 'no SQLSTATE',
  )
const addUser = (row: Row) =>
  insert('users', { id: randomUUID(), email: `${randomUUID()}@x.io`, name: 'Ada', password_hash: hash, ...row })
const addSession = (row: Row) => insert('user_sessions', { id: randomUUID(), user_id: user, ...row })
const later = (days: number) => new Date(Date.now() + days * 86_400_000)
const known = randomBytes(32)
const parent = randomUUID()
const addCount = (row: Row) => insert('login_failures', { failures: 1, ...row })
const addReset = (row: Row) =>
  insert('password_reset_tokens', {
    id: randomUUID(),
    user_id: user,
    token_hash: randomBytes(32),
    expires_at: later(1),
    ...row,
  })
const addToken = (row: Row) =>
  insert('refresh_tokens', {
    id: randomUUID(),
    user_id: user,
    session_id: session,
    family_id: randomUUID(),
    token_hash: randomBytes(32),
    expires_at: later(7),
    family_expires_at: later(30),
    ...row,
  })

test('rows that keep the rules are accepted', async () => {
  const id = randomUUID()
  expect([await addUser({}), await addSession({ ended_at: later(1) }), await addToken({ id })]).toEqual(
    Array.from({ length: 3 }, () => 'accepted'),
  )
  expect(await addToken({ parent_id: id })).toBe('accepted')
  expect(await addToken({ parent_id: id }), 'a token has one successor').toBe('23505')
})

test.each<[string, () => Promise<string>, string]>([
  ['a second account of one address', () => addUser({ email: 'ADA@x.io' }), '23505'],
  ['an unknown role', () => addUser({ role: 'root' }), '23514'],
  ['an unknown status', () => addUser({ status: 'gone' }), '23514'],
  ['a password that is no Argon2id hash', () => addUser({ password_hash: '$2b$12$abc' }), '23514'],
  ['a closed account with a password', () => addUser({ status: 'closed' }), '23514'],
  ['a session of nobody', () => addSession({ user_id: randomUUID() }), '23503'],
  ['a session that ends before it starts', () => addSession({ ended_at: later(-1) }), '23514'],
  ['a token hash of 31 bytes', () => addToken({ token_hash: randomBytes(31) }), '23514'],
  ['a token that is over at once', () => addToken({ expires_at: later(-1) }), '23514'],
  ['a token that outlives its family', () => addToken({ expires_at: later(31) }), '23514'],
  ['a token of nobody', () => addToken({ user_id: randomUUID() }), '23503'],
  ['a token of no session', () => addToken({ session_id: randomUUID() }), '23503'],
  ['a second head of one family', () => addToken({ family_id: user }), '23505'],
  ['a token of a hash that is there', () => addToken({ token_hash: known }), '23505'],
  ['a second successor', () => addToken({ parent_id: parent }), '23505'],
  ['a reset token of a hash that is there', () => addReset({ token_hash: known, used_at: later(0) }), '23505'],
  ['a second unused reset token', () => addReset({}), '23505'],
  ['a phone number that is none', () => addUser({ phone: '015112345678' }), '23514'],
  ['a locale that is none', () => addUser({ locale: 'de_DE' }), '23514'],
  ['a count by a hash of 31 bytes', () => addCount({ address_hash: randomBytes(31) }), '23514'],
  ['an eleventh attempt of a minute', () => addCount({ address_hash: randomBytes(32), attempts: 11 }), '23514'],
  ['a second count of one address', () => addCount({ address_hash: known }), '23505'],
])('A38: the database refuses %s', async (_, violate, sqlstate) => {
  expect(await violate()).toBe(sqlstate)
})

test('A31: an address that was closed can register again', async () => {
  expect(await addUser({ email: 'back@x.io', status: 'closed', password_hash: null, deleted_at: new Date() })).toBe(
    'accepted',
  )
  expect(await addUser({ email: 'back@x.io' })).toBe('accepted')
})

test.each([
  ['update', sql`update audit_logs set action = 'other'`],
  ['delete', sql`delete from audit_logs`],
  ['truncate', sql`truncate audit_logs`],
])('A34 A38: the trail refuses to %s, also to its owner', async (_, statement) => {
  expect(await sqlstateOf(statement.execute(database.kysely))).toBe('P0001')
})
