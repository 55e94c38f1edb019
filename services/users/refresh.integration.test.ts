import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { problemSchema } from '../kit/problems.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { type SignedIn, signIn, stateOf } from './testing/signed-in.ts'
import { loginAnswer, post, type TestUsers, testEnvironment, testUsers } from './testing/test-users.ts'
import { tokenHash } from './token-hash.ts'

const path = '/api/v1/auth/refresh'
const main = fileURLToPath(new URL('./main.ts', import.meta.url))
let users: TestUsers
let first: ServiceProcess
let second: ServiceProcess
beforeAll(async () => {
  users = await testUsers()
  // As many connections as contenders: a small pool would put them in a row.
  const changes = { DATABASE_URL: users.url, DATABASE_POOL: '50', RATE_LIMIT_REQUESTS: '1000000' }
  const start = () => startService(main, { ...testEnvironment, ...changes })
  ;[first, second] = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all([first?.kill(), second?.kill()])
  await users.close()
})

const refresh = (token: unknown, { url } = first) => fetch(url + path, post({ refresh_token: token }))
const successor = async (token: string) => loginAnswer.parse(await (await refresh(token)).json()).refresh_token
const bodyOf = async (response: Response) => {
  const { request_id: _, ...body } = problemSchema.parse(await response.json())
  return body
}
const usedLongAgo = (token: string) =>
  sql`update refresh_tokens set used_at = now() - interval '11 seconds', created_at = now() - interval '1 hour'
    where token_hash = ${tokenHash(token)}`.execute(users.kysely)

async function storm(token: string, processes: readonly ServiceProcess[], contenders: number) {
  const answers = await Promise.all(
    Array.from({ length: contenders }, (_, index) => refresh(token, processes[index % processes.length])),
  )
  return Promise.all(answers.map(async (answer) => ({ status: answer.status, body: await answer.json() })))
}

test.each([
  ['one process', () => [first]],
  ['two processes', () => [first, second]],
])('A2: fifty parallel refreshes by %s keep one family head, and all get the same successor', async (_, processes) => {
  for (let round = 0; round < 20; round += 1) {
    const login = await signIn(users.kysely)
    const answers = await storm(login.refreshToken, processes(), 50)
    const successors = answers.map(({ body }) => loginAnswer.parse(body).refresh_token)
    expect([successors.length, new Set(successors).size]).toEqual([50, 1])
    const expected = { tokens: 2, heads: 1, revoked: 0, ended: 0, reuses: 0, mails: 0 }
    expect(await stateOf(users.kysely, login)).toMatchObject(expected)
    // The head is the one that they got, and it goes on.
    const [next = ''] = successors
    expect((await refresh(next)).status).toBe(200)
  }
})

test('A3: a used token that comes back after the grace ends its family once, and no other login', async () => {
  for (let round = 0; round < 20; round += 1) {
    const login = await signIn(users.kysely)
    const other = await signIn(users.kysely, login.userId)
    const next = await successor(login.refreshToken)
    await usedLongAgo(login.refreshToken)

    const answers = await storm(login.refreshToken, [first, second], 20)
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 401))
    const expected = { tokens: 2, heads: 0, unrevoked: 0, ended: 1, reuses: 1, mails: 1 }
    expect(await stateOf(users.kysely, login)).toMatchObject(expected)
    expect((await refresh(next)).status).toBe(401)
    expect((await refresh(other.refreshToken)).status).toBe(200)
    expect(await stateOf(users.kysely, other)).toMatchObject({ heads: 1, revoked: 0, ended: 0 })
  }
})

test('A3: while a thief presents the used token, the owner’s own refresh leaves no head behind', async () => {
  for (let round = 0; round < 20; round += 1) {
    const login = await signIn(users.kysely)
    const next = await successor(login.refreshToken)
    await usedLongAgo(login.refreshToken)
    const answers = await Promise.all([refresh(login.refreshToken, second), refresh(next), refresh(next, second)])
    expect(answers[0]?.status).toBe(401)
    const newest = await Promise.all(
      answers.slice(1).map(async (answer) => (answer.ok ? loginAnswer.parse(await answer.json()).refresh_token : next)),
    )
    expect(await stateOf(users.kysely, login)).toMatchObject({ heads: 0, unrevoked: 0, ended: 1, reuses: 1, mails: 1 })
    for (const token of newest) expect((await refresh(token)).status).toBe(401)
  }
})

test('A3: a refresh that is under way when its family is revoked leaves no live token either', async () => {
  const login = await signIn(users.kysely)
  const next = await successor(login.refreshToken)
  await usedLongAgo(login.refreshToken)
  await sql`
    create function wait_for_the_test() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(7); return new; end $$;
    create trigger wait_for_the_test before insert on refresh_tokens
      for each row when (new.parent_id is not null) execute function wait_for_the_test()`.execute(users.kysely)
  const [own, stolen] = await users.kysely.connection().execute(async (gate) => {
    await sql`select pg_advisory_lock(7)`.execute(gate)
    const waiting = async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(gate)
      return rows.length
    }
    const first = refresh(next)
    await expect.poll(waiting).toBe(1)
    const second = refresh(login.refreshToken)
    await expect.poll(waiting).toBe(2)
    await sql`select pg_advisory_unlock(7)`.execute(gate)
    return Promise.all([first, second])
  })
  await sql`drop trigger wait_for_the_test on refresh_tokens`.execute(users.kysely)
  expect([own.status, stolen.status]).toEqual([200, 401])
  expect(await stateOf(users.kysely, login)).toMatchObject({ tokens: 3, heads: 0, unrevoked: 0, ended: 1, reuses: 1 })
  expect((await refresh(loginAnswer.parse(await own.json()).refresh_token)).status).toBe(401)
})

test('A17: a client that never heard the answer gets the same successor again, and the chain goes on', async () => {
  const login = await signIn(users.kysely)
  const { hostname, port } = new URL(first.url)
  const socket = net.connect(Number(port), hostname)
  await once(socket, 'connect')
  const body = JSON.stringify({ refresh_token: login.refreshToken })
  const head = [`POST ${path} HTTP/1.1`, 'Host: shop.test', 'Content-Type: application/json']
  socket.pause().write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'))
  await expect.poll(async () => (await stateOf(users.kysely, login)).tokens).toBe(2)
  socket.resetAndDestroy()

  const next = await successor(login.refreshToken)
  const heads = await sql<{ token_hash: Buffer }>`
    select token_hash from refresh_tokens where family_id = ${login.familyId} and used_at is null`.execute(users.kysely)
  expect(heads.rows).toEqual([{ token_hash: tokenHash(next) }])
  expect((await refresh(await successor(next))).status).toBe(200)
  expect(await stateOf(users.kysely, login)).toMatchObject({ tokens: 4, heads: 1, revoked: 0, ended: 0, reuses: 0 })
})

test('A20: within the grace a token whose successor is in use already gets neither it nor the next one', async () => {
  const login = await signIn(users.kysely)
  const next = await successor(login.refreshToken)
  const newest = await successor(next)
  const response = await refresh(login.refreshToken)
  const text = await response.text()
  expect([response.status, problemSchema.parse(JSON.parse(text)).code]).toEqual([409, 'auth/refresh-superseded'])
  expect(text).not.toMatch(new RegExp(`${next}|${newest}|eyJ`))
  expect(await stateOf(users.kysely, login)).toMatchObject({ tokens: 3, heads: 1, revoked: 0, ended: 0, reuses: 0 })
  expect((await refresh(newest)).status).toBe(200)
})

test('A21: whatever is no refresh token, or no longer one, is the same 401, and no row is changed', async () => {
  const change = (statement: ReturnType<typeof sql>) => statement.execute(users.kysely)
  const tokenOf = async (prepare: (login: SignedIn) => Promise<unknown>) => {
    const login = await signIn(users.kysely)
    await prepare(login)
    return login.refreshToken
  }
  const hour = sql`interval '1 hour'`
  const used = async (login: SignedIn) => {
    await successor(login.refreshToken)
    await usedLongAgo(login.refreshToken)
  }
  const ended = ({ familyId }: SignedIn) =>
    change(sql`update refresh_tokens set created_at = now() - interval '31 days', expires_at = now() - ${hour},
      family_expires_at = now() - ${hour} where family_id = ${familyId}`)
  const tokens: Readonly<Record<string, string>> = {
    'an access token': loginAnswer.parse(await (await refresh((await signIn(users.kysely)).refreshToken)).json())
      .access_token,
    '31 random bytes': Buffer.alloc(31, 5).toString('base64url'),
    'an empty text': '',
    'of a disabled user': await tokenOf(({ userId }) =>
      change(sql`update users set status = 'disabled' where id = ${userId}`),
    ),
    'of a closed user': await tokenOf(({ userId }) =>
      change(sql`update users set status = 'closed', password_hash = null, deleted_at = now() where id = ${userId}`),
    ),
    over: await tokenOf(({ familyId }) =>
      change(sql`update refresh_tokens set created_at = now() - interval '8 days', expires_at = now() - ${hour}
        where family_id = ${familyId}`),
    ),
    'of a family older than 30 days': await tokenOf(ended),
    'used, of a family older than 30 days': await tokenOf(async (login) => {
      await used(login)
      await ended(login)
    }),
    'of a session that ended': await tokenOf(({ sessionId }) =>
      change(sql`update user_sessions set ended_at = now() where id = ${sessionId}`),
    ),
  }
  const before = await everything()
  const answers = await Promise.all(
    Object.values(tokens).map(async (token) => {
      const response = await refresh(token)
      return {
        answered: response.status,
        challenge: response.headers.get('www-authenticate'),
        ...(await bodyOf(response)),
      }
    }),
  )
  expect(answers[0]).toMatchObject({ answered: 401, challenge: 'Bearer', code: 'auth/refresh-invalid' })
  expect(answers).toEqual(Object.keys(tokens).map(() => answers[0]))
  expect(await everything()).toEqual(before)
})

test('A21: a family does not slide: its last tokens end with it', async () => {
  const login = await signIn(users.kysely)
  await sql`
    update refresh_tokens set expires_at = now() + interval '1 hour', family_expires_at = now() + interval '2 hours'
    where family_id = ${login.familyId}`.execute(users.kysely)
  await successor(await successor(login.refreshToken))
  const { rows } = await sql`
    select count(*) as tokens, count(distinct family_expires_at) as ends,
      count(*) filter (where expires_at = family_expires_at) as "endWithTheFamily"
    from refresh_tokens where family_id = ${login.familyId}`.execute(users.kysely)
  expect(rows).toEqual([{ tokens: 3, ends: 1, endWithTheFamily: 2 }])
})

test('what is not a text is a 422, and each outcome is counted', async () => {
  for (const wrong of [7, null, ['x']]) expect((await refresh(wrong)).status).toBe(422)
  const metrics = await (await fetch(first.metricsUrl)).text()
  const counts = /token_refreshes_total\{result="(\w+)"\} (\d+)/g
  const found = Object.fromEntries([...metrics.matchAll(counts)].map(([, name, count]) => [name, Number(count)]))
  expect(found).toEqual({ ok: expect.any(Number), refused: expect.any(Number), error: 0 })
  expect(z.object({ ok: z.number().min(1), refused: z.number().min(3) }).safeParse(found).success).toBe(true)
})

/** Every row that a refresh could touch. */
async function everything() {
  const { rows } = await sql`
    select (select json_agg(t order by t.id) from refresh_tokens t) as tokens,
      (select json_agg(s order by s.id) from user_sessions s) as sessions,
      (select json_agg(u order by u.id) from users u) as users,
      (select json_agg(a order by a.id) from audit_logs a) as audit`.execute(users.kysely)
  return rows
}
