import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../kit/testing/test-app.ts'
import { addAccount, testPassword } from './testing/test-accounts.ts'
import { post, type TestUsers, testUsers } from './testing/test-users.ts'

const presentForm = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/
let users: TestUsers
let replicas: readonly TestApp[]
beforeAll(async () => {
  users = await testUsers()
  replicas = [await users.open(), await users.open()]
  await sql`create table rewrites (user_id uuid)`.execute(users.kysely)
  await sql`
    create function note_rewrite() returns trigger language plpgsql as $$
    begin
      insert into rewrites values (new.id);
      return null;
    end
    $$`.execute(users.kysely)
  await sql`
    create trigger note_rewrite after update of password_hash on users
    for each row execute function note_rewrite()`.execute(users.kysely)
})
afterAll(() => users.close())

/** As it was made when machines were slower. */
async function oldHash(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const parameters = { nonce, memory: 8_192, passes: 1, parallelism: 1, tagLength: 32 }
  const tag = await promisify(argon2)('argon2id', { message: password, ...parameters })
  const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString('base64').replaceAll('=', ''))
  return `$argon2id$v=19$m=8192,t=1,p=1$${salt}$${hash}`
}

async function oldAccount(email: string) {
  const { id } = await addAccount(users.kysely, email)
  await sql`update users set password_hash = ${await oldHash(testPassword)} where id = ${id}`.execute(users.kysely)
  await sql`delete from rewrites`.execute(users.kysely)
  return { id, email }
}

const logIn = (email: string, password = testPassword, turn = 0) =>
  replicas[turn % replicas.length]?.app.request('/api/v1/auth/login', post({ email, password }))
const stateOf = async (id: string) =>
  (
    await sql<{ hash: string; rewrites: number; updated: Date }>`
      select password_hash as hash, (select count(*) from rewrites where user_id = id) as rewrites,
        updated_at as updated
      from users where id = ${id}`.execute(users.kysely)
  ).rows[0]

test('A18: the next good login makes a weak hash anew, once, and a bad one never does', async () => {
  const { id, email } = await oldAccount('old@hash.example')
  const before = await stateOf(id)
  expect((await logIn(email, 'wrong'))?.status).toBe(401)
  expect(await stateOf(id)).toEqual(before)
  for (let login = 0; login < 3; login += 1) expect((await logIn(email))?.status).toBe(200)
  expect(await stateOf(id)).toEqual({ ...before, hash: expect.stringMatching(presentForm), rewrites: 1 })
})

test('A18: 20 good logins at once, at two replicas, all get in, and one of them rewrites', async () => {
  const { id, email } = await oldAccount('old20@hash.example')
  const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => logIn(email, testPassword, turn)))
  expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200))
  expect(await stateOf(id)).toMatchObject({ hash: expect.stringMatching(presentForm), rewrites: 1 })
})

test('a hash that is not weak stays as it is', async () => {
  const { id, email } = await addAccount(users.kysely, 'new@hash.example')
  const before = await stateOf(id)
  expect((await logIn(email))?.status).toBe(200)
  expect(await stateOf(id)).toEqual(before)
})
