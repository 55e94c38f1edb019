import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { signingKeysSchema } from './signing-keys.ts'
import { addAccount, signedIn } from './testing/test-accounts.ts'
import { type TestUsers, testPrivateKey, testUsers } from './testing/test-users.ts'

const rounds = 100
const keysText = JSON.stringify([testPrivateKey('one')])
const keys = signingKeysSchema.parse(keysText)
let users: TestUsers
let processes: readonly ServiceProcess[] = []
beforeAll(async () => {
  users = await testUsers()
  const settings = {
    DATABASE_URL: users.url,
    JWT_PRIVATE_KEYS: keysText,
    TOKEN_KEY: 'the key of the tests, of 32 characters or more',
    PUBLIC_BASE_URL: 'https://shop.test',
    RATE_LIMIT_REQUESTS: '1000000',
  }
  const main = join(import.meta.dirname, 'main.ts')
  processes = await Promise.all([startService(main, settings), startService(main, settings)])
})
afterAll(async () => {
  await Promise.all(processes.map((service) => service.kill()))
  await users.close()
})

type Admin = { readonly id: string; readonly headers: Readonly<Record<string, string>> }
type Act = { readonly method: string; readonly path: string; readonly by: Admin; readonly body?: unknown }

const demote = (by: Admin, { id }: Admin): Act => {
  return { method: 'PUT', path: `/api/v1/users/${id}/role`, by, body: { role: 'user' } }
}
const disable = (by: Admin, { id }: Admin): Act => {
  return { method: 'PUT', path: `/api/v1/users/${id}/status`, by, body: { status: 'disabled' } }
}
const close = (by: Admin): Act => ({ method: 'DELETE', path: '/api/v1/users/me', by })
const duels: readonly ((one: Admin, other: Admin) => readonly [Act, Act])[] = [
  (one, other) => [demote(one, other), demote(other, one)],
  (one, other) => [disable(one, other), disable(other, one)],
  (one, other) => [close(one), close(other)],
  (one, other) => [demote(one, other), disable(other, one)],
  (one, other) => [demote(one, other), close(one)],
]

let next = 0
async function newAdmin(): Promise<Admin> {
  const account = await addAccount(users.kysely, `admin${++next}@last.example`, { role: 'admin' })
  return { id: account.id, headers: await signedIn(users.kysely, { account, role: 'admin', keys }) }
}

async function send(process: ServiceProcess | undefined, { method, path, by, body }: Act) {
  const response = await fetch(`${process?.url}${path}`, {
    method,
    headers: { ...by.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, code: text === '' ? '' : codeSchema.parse(JSON.parse(text)).code }
}
const codeSchema = z.looseObject({ code: z.string().default('') })

/** Both have been let in and wait for the table: who looks before the other one writes has looked by then. */
async function atOnce(acts: readonly Act[]) {
  const { answers } = await users.kysely.transaction().execute(async (transaction) => {
    await sql`lock table users in share mode`.execute(transaction)
    const started = acts.map((act, index) => send(processes[index], act))
    await expect.poll(waitingWriters, { timeout: 10_000, interval: 2 }).toBe(acts.length)
    return { answers: started }
  })
  return Promise.all(answers)
}

const waitingWriters = async () =>
  (
    await sql<{ count: number }>`
      select count(*) as count from pg_locks where relation = 'users'::regclass and not granted`.execute(users.kysely)
  ).rows[0]?.count

const activeAdmins = async () =>
  (await sql<{ id: string }>`select id from users where role = 'admin' and status = 'active'`.execute(users.kysely))
    .rows

test('A29: of two admins who demote, disable or close at once one stays, in two processes, a hundred times', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const [one, other] = [await newAdmin(), await newAdmin()]
    await sql`
      update users set role = 'user' where role = 'admin' and id not in (${one.id}, ${other.id})`.execute(users.kysely)
    const duel = duels[round % duels.length]
    if (duel === undefined) throw new Error('no duel')
    const answers = await atOnce(duel(one, other))
    const lost = answers.filter(({ status }) => status === 409)
    const won = answers.filter(({ status }) => status === 200 || status === 204)
    expect([round, won.length, lost]).toEqual([round, 1, [{ status: 409, code: 'users/last-admin' }]])
    expect(await activeAdmins(), `round ${round}`).toHaveLength(1)
  }
}, 120_000)

test('the last admin can neither leave nor be taken away, by raw SQL neither', async () => {
  const admin = await newAdmin()
  await sql`update users set role = 'user' where role = 'admin' and id <> ${admin.id}`.execute(users.kysely)
  for (const act of [demote(admin, admin), disable(admin, admin), close(admin)]) {
    expect(await send(processes[0], act)).toEqual({ status: 409, code: 'users/last-admin' })
  }
  for (const statement of [
    sql`update users set role = 'user' where id = ${admin.id}`,
    sql`update users set status = 'disabled' where id = ${admin.id}`,
    sql`with gone as (delete from user_sessions where user_id = ${admin.id}) delete from users where id = ${admin.id}`,
  ]) {
    await expect(statement.execute(users.kysely)).rejects.toMatchObject({
      code: '23514',
      constraint: 'users_last_admin',
    })
  }
  expect(await activeAdmins()).toEqual([{ id: admin.id }])
})
