import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../kit/metrics.ts'
import { type TestApp, testApp } from '../kit/testing/test-app.ts'
import { testGuard } from '../kit/testing/test-guard.ts'
import { usersAccess } from './access.ts'
import { authRoutes } from './auth-routes.ts'
import { forgetOldFailures } from './forget-old-rows-sweeper.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'
import { createLogIn } from './login.ts'
import { createMailedTokens } from './mailed-token.ts'
import { addAccount, testPassword } from './testing/test-accounts.ts'
import { loginAnswer, post, type TestUsers, testSettings, testUsers } from './testing/test-users.ts'

let users: TestUsers
/** Two of them, as replicas are: what one counts the other must know. */
let replicas: readonly [TestApp, TestApp]
beforeAll(async () => {
  users = await testUsers()
  const settings = { TRUSTED_PROXY_HOPS: '1', RATE_LIMIT_REQUESTS: '100000' }
  replicas = [await users.open(settings), await users.open(settings)]
})
afterAll(() => users.close())

let next = 0
const freshEmail = () => `locked${++next}@login.example`
const freshAccount = () => addAccount(users.kysely, freshEmail())
let turn = 0
const ask = (path: string, body: unknown, from = '203.0.113.99') => {
  turn += 1
  const replica = replicas[turn % 2 === 0 ? 0 : 1]
  return replica.app.request(`/api/v1/auth/${path}`, post(body, { 'x-forwarded-for': from }))
}
const logIn = (email: string, password: string, from?: string) => ask('login', { email, password }, from)
const addresses = Array.from({ length: 10 }, (_, index) => `203.0.113.${index}`)
const guessFromEverywhere = (email: string) =>
  Promise.all(addresses.map(async (from, index) => (await logIn(email, `wrong ${index}`, from)).status))
const waitOf = (answer: Response) => Number(answer.headers.get('retry-after'))
const countOf = async (email: string) =>
  (
    await sql<{ failures: number; lock: number | null }>`
      select failures, round(extract(epoch from locked_until - last_attempt_at))::integer as lock
      from login_failures where address_hash = sha256(convert_to(lower(${email}), 'UTF8'))`.execute(users.kysely)
  ).rows[0]
/** The whole row, as text. */
const rowOf = async (email: string) =>
  (
    await sql<{ row: string }>`
      select f::text as row from login_failures f where address_hash = sha256(convert_to(lower(${email}), 'UTF8'))`.execute(
      users.kysely,
    )
  ).rows[0]?.row
/** As if so much time had gone by for everybody; less than nothing keeps locks for as long as a busy machine needs. */
const pass = (seconds: number) =>
  sql`update login_failures set
    minute_started_at = minute_started_at - make_interval(secs => ${seconds}),
    last_attempt_at = last_attempt_at - make_interval(secs => ${seconds}),
    locked_until = locked_until - make_interval(secs => ${seconds})`.execute(users.kysely)

/** The locks alone are over, as where guesses come at a pace that meets none of them; the minute is the same one. */
const endLocks = () => sql`update login_failures set locked_until = least(locked_until, now())`.execute(users.kysely)
/** Ten that are looked at and told that they are wrong. */
const guessTenTimes = async (email: string) => {
  for (let guess = 1; guess <= 10; guess += 1) {
    expect((await logIn(email, 'wrong')).status).toBe(401)
    await endLocks()
  }
}

test.each(['at once', 'one after the other'])(
  'A5: after 10 wrong passwords %s the right one is refused for a while, and an unknown address is the same',
  async (how) => {
    const { email } = await freshAccount()
    const session = loginAnswer.parse(await (await logIn(email, testPassword)).json())
    const tenTimes = async (address: string) => {
      if (how === 'at once') return guessFromEverywhere(address)
      const statuses: number[] = []
      for (const from of addresses) statuses.push((await logIn(address, 'wrong one', from)).status)
      return statuses
    }
    for (const address of [email.toUpperCase(), freshEmail()]) {
      const statuses = await tenTimes(address)
      expect(new Set([...statuses, 401, 429])).toEqual(new Set([401, 429]))
      expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(5)
      await endLocks()
      const refused = await logIn(address, testPassword, '203.0.113.11')
      expect([refused.status, z.object({ code: z.string() }).parse(await refused.json()).code]).toEqual([
        429,
        'auth/too-many-attempts',
      ])
      expect(waitOf(refused)).toBeGreaterThanOrEqual(1)
      expect(waitOf(refused)).toBeLessThanOrEqual(60)
    }

    const other = await freshAccount()
    for (const from of addresses) expect((await logIn(other.email, testPassword, from)).status).toBe(200)
    const refreshed = await ask('refresh', { refresh_token: session.refresh_token })
    expect(refreshed.status, 'live sessions go on').toBe(200)

    await pass(61)
    expect((await logIn(email, testPassword)).status).toBe(200)
    expect(await countOf(email), 'the count is zero').toBeUndefined()
  },
)

/** At 200 ms an attempt the first lock, of one second, is over before the eleventh. */
test('A5: at a pace that outlives the locks an eleventh attempt is refused as well, though it is the right one', async () => {
  for (const email of [(await freshAccount()).email, freshEmail()]) {
    for (let guess = 1; guess <= 5; guess += 1) expect((await logIn(email, 'wrong')).status).toBe(401)
    await pass(-50)
    for (let guess = 6; guess <= 10; guess += 1) expect((await logIn(email, 'wrong')).status).toBe(429)
    await endLocks()
    const refused = await logIn(email, testPassword)
    expect(refused.status).toBe(429)
    expect(waitOf(refused)).toBeGreaterThan(1)
    await pass(110)
    expect((await logIn(email, 'wrong')).status, 'a new minute').toBe(401)
  }
})

test('A5: forty guesses during a lock, at two replicas, make neither this lock longer nor the next', async () => {
  for (const email of [(await freshAccount()).email, freshEmail()]) {
    for (let guess = 1; guess <= 5; guess += 1) expect((await logIn(email, 'wrong')).status).toBe(401)
    await pass(-50)
    const before = await countOf(email)
    const guess = async (_: unknown, index: number) => logIn(email, `wrong ${index}`)
    const answers = await Promise.all(Array.from({ length: 40 }, guess))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]))
    const longest = Math.max(...answers.map(waitOf))
    expect(await countOf(email), 'the lock has not moved').toEqual(before)
    const full = await rowOf(email)
    expect((await logIn(email, testPassword)).status).toBe(429)
    expect(await rowOf(email), 'in a full minute nothing is written').toBe(full)
    await pass(longest + 1)
    expect((await logIn(email, 'wrong')).status, 'what was told is enough').toBe(401)
    expect(await countOf(email)).toEqual({ failures: 6, lock: 2 })
  }
})

test('A5: the right password is let in when the lock and the minute are over, however many guessed until then', async () => {
  const { email } = await freshAccount()
  for (let guess = 1; guess <= 5; guess += 1) await logIn(email, 'wrong')
  await pass(-50)
  await Promise.all([guessFromEverywhere(email), guessFromEverywhere(email)])
  await pass(112)
  expect((await logIn(email, testPassword)).status).toBe(200)
})

test('A5: a minute has ten attempts, and forty that are refused in it neither count nor make it longer', async () => {
  const { email } = await freshAccount()
  await guessTenTimes(email)
  const full = await rowOf(email)
  const statuses = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => (await logIn(email, `wrong ${index}`)).status),
  )
  expect(new Set(statuses)).toEqual(new Set([429]))
  expect(await rowOf(email), 'nothing of the row has moved').toBe(full)
  await pass(60)
  expect((await logIn(email, 'wrong')).status, 'the minute is over when it would have been').toBe(401)
  expect((await countOf(email))?.failures).toBe(11)
  await endLocks()
  expect((await logIn(email, testPassword)).status, 'a new minute').toBe(200)
})

test('A5: forgot and reset work while an address is locked, and unlock it', async () => {
  const { id, email } = await freshAccount()
  await guessTenTimes(email)
  expect((await logIn(email, testPassword)).status).toBe(429)
  expect((await ask('forgot-password', { email })).status).toBe(202)
  const link = users.kysely.selectFrom('password_reset_tokens').select('id').where('user_id', '=', id)
  const { id: tokenId } = await link.executeTakeFirstOrThrow()
  const token = createMailedTokens(testSettings().TOKEN_KEY).tokenOf('reset', tokenId)
  expect((await ask('reset-password', { token, password: 'a new horse battery' })).status).toBe(204)
  expect(await countOf(email)).toBeUndefined()
  expect((await logIn(email, 'a new horse battery')).status).toBe(200)
})

test('from the fifth wrong password on each one locks twice as long, and at most 15 minutes', async () => {
  for (const email of [(await freshAccount()).email, freshEmail()]) {
    const locks: (number | null | undefined)[] = []
    for (let guess = 1; guess <= 17; guess += 1) {
      expect((await logIn(email, 'wrong')).status).toBe(401)
      locks.push((await countOf(email))?.lock)
      await pass(901)
    }
    expect(locks).toEqual([null, null, null, null, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
    await pass(86_400)
    expect((await logIn(email, 'wrong')).status).toBe(401)
    expect((await countOf(email))?.failures, 'a day later').toBe(1)
  }
})

test('of many guesses at once few are told, and the right one that was let in before them is not', async () => {
  const { id, email } = await freshAccount()
  const hashes = createHashQueue({ inFlight: 2, waiting: 64, waitMilliseconds: 60_000 })
  const ask = (app: TestApp['app'], password: string) => app.request('/api/v1/auth/login', post({ email, password }))
  const letIn = Promise.withResolvers<void>()
  const guessed = Promise.withResolvers<void>()
  const behind: HashQueue = {
    ...hashes,
    async run(work) {
      letIn.resolve()
      await guessed.promise
      return hashes.run(work)
    },
  }
  const right = ask(patientApp(behind), testPassword)
  await letIn.promise
  const app = patientApp(hashes)
  const guesses = Array.from({ length: 40 }, async (_, index) => (await ask(app, `wrong ${index}`)).status)
  const statuses = await Promise.all(guesses)
  guessed.resolve()
  expect((await right).status).toBe(429)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
  const told = statuses.filter((status) => status === 401).length
  expect(told).toBeLessThanOrEqual(10)
  expect((await countOf(email))?.failures, 'who came too late to be told is not counted').toBe(told)
  const sessions = users.kysely.selectFrom('user_sessions').select('id').where('user_id', '=', id)
  expect(await sessions.execute()).toEqual([])
})

/** With a queue that waits for a busy machine: this is about counts, and each guess is to be looked at. */
function patientApp(hashes: HashQueue) {
  const metrics = createMetrics()
  const now = () => new Date()
  const logIn = createLogIn({ database: users.kysely, hashes, sign: async () => 'token', unverified: 'deny', now })
  const register = async () => Promise.reject(new Error('nobody registers here'))
  const guard = testGuard(usersAccess)
  return testApp(authRoutes({ register, logIn, guard, metrics, trustedProxyHops: 0 }), { metrics }).app
}

test('each lock is in the trail once, and what is refused without a look is not', async () => {
  const { id, email } = await freshAccount()
  for (let guess = 1; guess <= 7; guess += 1) await logIn(email, 'wrong')
  const trail = users.kysely.selectFrom('audit_logs').select(['action', 'target']).where('user_id', '=', id)
  const rows = await trail.execute()
  const failed = rows.filter(({ action }) => action === 'login_failed')
  const locks = rows.filter(({ action }) => action === 'lock')
  expect(failed.length).toBeGreaterThanOrEqual(5)
  expect(locks).toHaveLength(failed.length - 4)
  expect(new Set(rows.map(({ target }) => target))).toEqual(new Set([`user:${id}`]))
})

test('a login that was let in before the password changed, or the account was disabled, gets no session and clears no count', async () => {
  for (const change of [sql`password_changed_at = now()`, sql`status = 'disabled'`]) {
    const { id, email } = await freshAccount()
    for (let guess = 1; guess <= 3; guess += 1) await logIn(email, 'wrong')
    // Holds the account until the login waits for it: its password is then compared already.
    const { login } = await users.kysely.transaction().execute(async (transaction) => {
      await sql`update users set ${change} where id = ${id}`.execute(transaction)
      const started = logIn(email, testPassword)
      await expect.poll(async () => (await waiting()) > 0, { timeout: 10_000 }).toBe(true)
      return { login: started }
    })
    expect((await login).status).toBe(401)
    const sessions = users.kysely.selectFrom('user_sessions').select('id').where('user_id', '=', id)
    expect(await sessions.execute()).toEqual([])
    expect(await countOf(email), 'three before, and this one').toMatchObject({ failures: 4 })
  }
})
const waiting = async () =>
  (
    await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(users.kysely)
  ).rows[0]?.count ?? 0

test('old counts are forgotten, of unknown addresses too', async () => {
  const kept = freshEmail()
  await logIn(freshEmail(), 'wrong')
  await pass(86_400)
  await logIn(kept, 'wrong')
  expect(await forgetOldFailures(users.kysely)).toBeGreaterThanOrEqual(1)
  expect(await countOf(kept)).toMatchObject({ failures: 1 })
  expect(await forgetOldFailures(users.kysely)).toBe(0)
})
