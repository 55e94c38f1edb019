import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../kit/database.ts'
import { createMetrics } from '../kit/metrics.ts'
import { createRoutes } from '../kit/routes.ts'
import { type TestApp, testApp } from '../kit/testing/test-app.ts'
import { testGuard } from '../kit/testing/test-guard.ts'
import { usersAccess } from './access.ts'
import { authRoutes } from './auth-routes.ts'
import { createForgotPassword } from './forgot-password.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'
import { createLogIn } from './login.ts'
import { createMailedTokens } from './mailed-token.ts'
import { mailedTokenRoutes } from './mailed-token-routes.ts'
import { hashPassword } from './password-hash.ts'
import { createRegister } from './register.ts'
import { createResendVerification } from './resend-verification.ts'
import { createResetPassword } from './reset-password.ts'
import type { UsersTables } from './schema.ts'
import { mannWhitneyP, median, medianNoise } from './testing/mann-whitney.ts'
import { post, statementCounts, type TestUsers, testUsers } from './testing/test-users.ts'
import { createVerifyEmail } from './verify-email.ts'

let users: TestUsers
let pool: OpenDatabase<UsersTables>
let service: TestApp
let hashes = 0
let hash: string
const now = () => new Date()

beforeAll(async () => {
  users = await testUsers()
  hash = await hashPassword('correct horse battery')
  const metrics = createMetrics()
  const { url } = users
  const onConnectionError = () => undefined
  pool = openDatabase({ url, poolSize: 20, applicationName: 'test', metrics: metrics.registry, onConnectionError })
  const patient = createHashQueue({ inFlight: 2, waiting: 1_000, waitMilliseconds: 60_000 })
  const counting: HashQueue = {
    ...patient,
    run(work) {
      hashes += 1
      return patient.run(work)
    },
  }
  const parts = { database: pool.kysely, hashes: counting, tokens: createMailedTokens('key'), now }
  const shared = { guard: testGuard(usersAccess), metrics, trustedProxyHops: 0 }
  const logIn = createLogIn({ ...parts, sign: async () => 'token', unverified: 'deny' })
  const routes = createRoutes()
  routes.route('/', authRoutes({ ...shared, register: createRegister(parts), logIn }))
  routes.route(
    '/',
    mailedTokenRoutes({
      ...shared,
      verifyEmail: createVerifyEmail(parts),
      resendVerification: createResendVerification(parts),
      forgotPassword: createForgotPassword(parts),
      resetPassword: createResetPassword(parts),
    }),
  )
  service = testApp(routes, { metrics })
})
afterAll(async () => {
  await pool.close()
  await users.close()
})

const password = 'not the password of it'
const flows = [
  { name: 'register', body: (email: string) => ({ email, name: 'Ada', password }), hashes: 1 },
  { name: 'login', body: (email: string) => ({ email, password }), hashes: 1 },
  { name: 'forgot-password', body: (email: string) => ({ email }), hashes: 0 },
] as const
type Flow = (typeof flows)[number]
const ask = (flow: Flow, email: string) => service.app.request(`/api/v1/auth/${flow.name}`, post(flow.body(email)))

/** Addresses that have accounts, every other one verified. */
async function knownAddresses(count: number): Promise<readonly string[]> {
  const group = randomBytes(4).toString('hex')
  const { rows } = await sql<{ email: string }>`
    insert into users (id, email, name, password_hash, verified)
    select gen_random_uuid(), 'known-' || ${group} || '-' || i || '@a1.example', 'Ada', ${hash}, i % 2 = 0
    from generate_series(1, ${count}) as i
    returning email`.execute(users.kysely)
  return rows.map(({ email }) => email)
}
const unknownAddresses = (count: number) =>
  Array.from({ length: count }, () => `other-${randomBytes(6).toString('hex')}@a1.example`)

test.each(flows)('A1: $name answers a known address like an unknown one, by as many statements', async (flow) => {
  const answerOf = async (email: string) => {
    const [before, hashesBefore] = [await statementCounts(service), hashes]
    const response = await ask(flow, email)
    const after = await statementCounts(service)
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !/^(date|x-request-id)$/.test(name)))
    const body = (await response.text()).replace(/"request_id":"[^"]+"/, '')
    const ran = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)])
    return { status: response.status, body, headers, ran, hashes: hashes - hashesBefore }
  }
  const known = await knownAddresses(2)
  const [unknown = ''] = unknownAddresses(1)
  const answers = []
  for (const email of [unknown, ...known, ...known]) answers.push(await answerOf(email))
  const [reference] = answers
  expect(reference).toMatchObject({ status: flow.name === 'login' ? 401 : 202, hashes: flow.hashes })
  expect(answers).toEqual(answers.map(() => reference))
})

const eachWay = 200

/** Milliseconds of each answer, known and unknown addresses in turns, a few at a time. */
async function measure(flow: Flow) {
  const [known, unknown] = [await knownAddresses(eachWay), unknownAddresses(eachWay)]
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
  const turns = known.flatMap((address, index) => {
    const pair = [
      { kind: 'known' as const, address },
      { kind: 'unknown' as const, address: unknown[index] ?? '' },
    ]
    return index % 2 === 0 ? pair : pair.reverse()
  })
  const lane = async () => {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const startedAt = performance.now()
      await (await ask(flow, turn.address)).arrayBuffer()
      times[turn.kind].push(performance.now() - startedAt)
    }
  }
  // As many as are hashed at once, so that none waits for another.
  await Promise.all([lane(), lane()])
  const { known: one, unknown: other } = times
  const difference = Math.abs(median(one) - median(other))
  // On a machine so busy that 5 ms are chance, only the whole distribution can tell.
  return { difference, allowed: Math.max(5, medianNoise(one, other)), p: mannWhitneyP(one, other) }
}

test.each(flows)('A1: the time of $name does not tell who has an account', { timeout: 240_000 }, async (flow) => {
  const rounds = []
  for (let round = 0; round < 3; round += 1) {
    const measured = await measure(flow)
    rounds.push(measured)
    if (measured.difference < measured.allowed && measured.p > 0.01) return
  }
  expect(rounds, 'three rounds in which it could be told').toEqual([])
})
