import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { DatabaseUnavailable } from '../kit/database-faults.ts'
import { createMetrics } from '../kit/metrics.ts'
import { createCursors } from '../kit/pagination.ts'
import { Problem } from '../kit/problems.ts'
import { testApp } from '../kit/testing/test-app.ts'
import { testGuard } from '../kit/testing/test-guard.ts'
import { usersAccess } from './access.ts'
import { authRoutes } from './auth-routes.ts'
import { createHashQueue } from './hash-queue.ts'
import { lockedProblem } from './login-failures.ts'
import { mailedTokenRoutes } from './mailed-token-routes.ts'
import { usersProblems } from './problems.ts'
import type { UsersTables } from './schema.ts'
import { sessionRoutes } from './session-routes.ts'
import { post } from './testing/test-users.ts'

const answer = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 900 } as const
const fullQueue = createHashQueue({ inFlight: 0, waiting: 0, waitMilliseconds: 1 })
const slowQueue = createHashQueue({ inFlight: 0, waiting: 1, waitMilliseconds: 1 })
const password = 'correct horse battery'

/** The four operations with an end that the test chooses, and what their counters say. */
function countedService() {
  let end: () => Promise<unknown> = async () => undefined
  const metrics = createMetrics()
  const parts = { guard: testGuard(usersAccess), metrics, trustedProxyHops: 0 }
  const database = new Kysely<UsersTables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const act = async () => void (await end())
  const signIn = async () => act().then(() => answer)
  const { app } = testApp(authRoutes({ ...parts, register: act, logIn: signIn }), { metrics })
  app.route(
    '/',
    mailedTokenRoutes({ ...parts, verifyEmail: act, resendVerification: act, forgotPassword: act, resetPassword: act }),
  )
  const now = () => new Date()
  app.route('/', sessionRoutes({ ...parts, database, refresh: signIn, cursors: createCursors('key'), now }))
  return {
    async ask(path: string, body: unknown, ending: () => Promise<unknown> = async () => undefined) {
      end = ending
      return (await app.request(`/api/v1/auth/${path}`, post(body))).status
    },
    async counts(name: string) {
      const text = await metrics.registry.metrics()
      return ['ok', 'refused', 'error'].map((result) =>
        Number(new RegExp(`^${name}\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1]),
      )
    },
  }
}

const operations = [
  ['registrations_total', 'register', { email: 'ada@shop.example', name: 'Ada', password }],
  ['logins_total', 'login', { email: 'ada@shop.example', password }],
  ['password_resets_total', 'reset-password', { token: 'token', password }],
  ['token_refreshes_total', 'refresh', { refresh_token: 'token' }],
] as const

const fail = (error: Error) => async () => Promise.reject(error)
const refusals = [
  fail(new Problem(usersProblems.credentialsWrong)),
  fail(lockedProblem(30)),
  fail(new Problem(usersProblems.tokenInvalid)),
]
const failures = [
  fail(new Error('a bug')),
  fail(new DatabaseUnavailable('timeout')),
  () => fullQueue.run(async () => undefined),
  () => slowQueue.run(async () => undefined),
]

test.each(operations)('A37: %s counts as an error only what is our failure', async (name, path, body) => {
  const { ask, counts } = countedService()
  expect(await counts(name)).toEqual([0, 0, 0])
  for (let good = 0; good < 3; good += 1) expect(await ask(path, body)).toBeLessThan(300)
  expect(await counts(name)).toEqual([3, 0, 0])

  for (const refusal of refusals) expect(await ask(path, body, refusal)).toBeLessThan(500)
  for (const invalid of [{}, { ...body, role: 'admin' }, 'text', null]) {
    expect(await ask(path, invalid), 'validation').toBe(422)
  }
  expect(await counts(name)).toEqual([3, 7, 0])
  const [ok = 0, , error = 0] = await counts(name)
  expect(ok / (ok + error), 'the rate of the objective').toBe(1)

  for (const failure of failures) expect(await ask(path, body, failure)).toBeGreaterThanOrEqual(500)
  expect(await counts(name)).toEqual([3, 7, 4])
})
