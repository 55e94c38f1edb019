import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../kit/metrics.ts'
import { type TestApp, testApp } from '../kit/testing/test-app.ts'
import { testGuard } from '../kit/testing/test-guard.ts'
import { usersAccess } from './access.ts'
import { authRoutes } from './auth-routes.ts'
import { commonPasswords } from './common-passwords.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'
import { createMailedTokens } from './mailed-token.ts'
import { createRegister } from './register.ts'
import { post, statementCounts, type TestUsers, testUsers } from './testing/test-users.ts'

const path = '/api/v1/auth/register'
let users: TestUsers
let service: TestApp
beforeAll(async () => {
  users = await testUsers()
  service = await users.open({ AUTH_UNVERIFIED_LOGIN: 'allow' })
})
afterAll(() => users.close())

let next = 0
const freshEmail = () => `person${++next}@register.example`
const register = (change: Record<string, unknown>, app = service.app) =>
  app.request(path, post({ email: freshEmail(), name: 'Ada', password: 'correct horse battery', ...change }))
const logIn = (email: string, password: string) => service.app.request('/api/v1/auth/login', post({ email, password }))
const rowsOf = (email: string) =>
  users.kysely.selectFrom('users').selectAll().where(sql`lower(email)`, '=', email.toLowerCase()).execute()

test('an account is made: unverified, without rights, with an Argon2id hash, and in the trail', async () => {
  const email = freshEmail()
  const response = await service.app.request(
    path,
    post({ email, name: ' Ada ', password: 'correct horse' }, { 'user-agent': 'test', 'x-request-id': 'r-1' }),
  )
  expect([response.status, await response.json()]).toEqual([202, { status: 'accepted' }])
  const [row] = await rowsOf(email)
  expect(row).toMatchObject({ email, name: 'Ada', role: 'user', status: 'active', verified: false })
  expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  const trail = await users.kysely
    .selectFrom('audit_logs')
    .selectAll()
    .where('target', '=', `user:${row?.id}`)
    .execute()
  expect(trail).toMatchObject([{ action: 'register', user_id: row?.id, user_agent: 'test', request_id: 'r-1' }])
})

test('A11: thirty registrations of one address in parallel make one row and at most two mails', async () => {
  // With a queue that is patient, because this is about rows and the machine may be busy.
  const hashes = createHashQueue({ inFlight: 2, waiting: 64, waitMilliseconds: 60_000 })
  const tokens = createMailedTokens('key')
  const register = createRegister({ database: users.kysely, hashes, tokens, now: () => new Date() })
  const metrics = createMetrics()
  const logIn = async () => Promise.reject(new Error('nobody logs in here'))
  const { app } = testApp(
    authRoutes({ register, logIn, guard: testGuard(usersAccess), metrics, trustedProxyHops: 0 }),
    { metrics },
  )
  for (let round = 0; round < 3; round += 1) {
    const spellings = [`A${round}@x.io`, `a${round}@X.IO`]
    const answers = await Promise.all(
      spellings.flatMap((email) =>
        Array.from({ length: 15 }, () => app.request(path, post({ email, name: 'Ada', password: 'correct horse' }))),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    const rows = await rowsOf(`a${round}@x.io`)
    expect(rows).toHaveLength(1)
    const mails = users.kysely.selectFrom('notifications').select('template')
    const templates = (await mails.where('recipient_id', '=', rows[0]?.id ?? '').execute()).map((mail) => mail.template)
    expect(templates.sort()).toEqual(templates.length === 1 ? ['verify'] : ['reset', 'verify'])
  }
})

test('an address that is known gets the same answer by the same statements, and keeps its password', async () => {
  const email = freshEmail()
  const app = await users.open()
  const ask = async (password: string) => {
    const before = await statementCounts(app)
    const response = await register({ email, password }, app.app)
    const after = await statementCounts(app)
    const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'x-request-id'))
    const ran = Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])
    return { status: response.status, body: await response.text(), headers, ran }
  }
  const unknown = await ask('the first password')
  const hash = (await rowsOf(email))[0]?.password_hash
  expect(await ask('another password')).toEqual(unknown)
  expect((await rowsOf(email)).map((row) => row.password_hash)).toEqual([hash])
})

test('A7: passwords are taken exactly as they are, and refused only where they are short, long or guessable', async () => {
  const accepted = ['x'.repeat(128), 'x1'.repeat(64), '  spaces at both ends  ', 'пароль🔑пароль', 'alllowercase']
  for (const password of accepted) {
    const email = freshEmail()
    expect((await register({ email, password })).status).toBe(202)
    expect((await logIn(email, password)).status).toBe(200)
    if (password.trim() !== password) expect((await logIn(email, password.trim())).status).toBe(401)
  }

  const long = 'a'.repeat(89)
  const email = freshEmail()
  await register({ email, password: `${long}b${'c'.repeat(10)}` })
  expect((await logIn(email, `${long}x${'c'.repeat(10)}`)).status).toBe(401)

  const own = 'longlocalpart@register.example'
  const refused = [
    '7 chars',
    '🔑'.repeat(7),
    'x'.repeat(129),
    'password',
    'Football',
    ' '.repeat(8),
    'abcdefgh',
    '1234567890',
    own,
    'LongLocalPart',
  ]
  for (const password of refused) {
    const response = await register({ email: own, password })
    expect([password, response.status]).toEqual([password, 422])
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '/password' }] })
  }
  expect(await rowsOf(own)).toEqual([])
})

test('A7: what is too long is refused before it is hashed, and every common password before that', async () => {
  const hashes: HashQueue = {
    inFlight: () => 0,
    refuseWhereFull: () => undefined,
    run: () => Promise.reject(new Error('nothing is hashed here')),
  }
  const tokens = createMailedTokens('key')
  const register = createRegister({ database: users.kysely, hashes, tokens, now: () => new Date() })
  const metrics = createMetrics()
  const logIn = async () => Promise.reject(new Error('nobody logs in here'))
  const { app } = testApp(
    authRoutes({ register, logIn, guard: testGuard(usersAccess), metrics, trustedProxyHops: 0 }),
    { metrics },
  )
  const email = freshEmail()
  const statusOf = async (password: string) => (await app.request(path, post({ email, name: 'Ada', password }))).status
  expect(await statusOf('x'.repeat(129))).toBe(422)
  expect(await statusOf('correct horse battery'), 'and what is not refused would be hashed').toBe(500)
  const common = [...commonPasswords].filter((password) => password.length >= 8)
  expect(common.length).toBeGreaterThan(900)
  const refused = await Promise.all(common.map((password) => statusOf(password.toUpperCase())))
  expect(new Set(refused)).toEqual(new Set([422]))
})

test.each(['role', 'id', 'verified', 'password_hash', 'status'])(
  'a registration cannot bring its own %s',
  async (field) => {
    const email = freshEmail()
    const response = await register({ email, [field]: 'admin' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ pointer: `/${field}`, code: 'unknown_field' }] })
    expect(await rowsOf(email)).toEqual([])
  },
)

test('registrations are counted by whose fault their end was', async () => {
  const counted = await users.open()
  await register({}, counted.app)
  await register({ password: 'short' }, counted.app)
  const text = await counted.metrics.registry.metrics()
  expect(text).toContain('registrations_total{result="ok"} 1')
  expect(text).toContain('registrations_total{result="refused"} 1')
  expect(text).toContain('registrations_total{result="error"} 0')
})

test('a body over 4 KB is refused', async () => {
  expect((await register({ name: 'x'.repeat(4_096) })).status).toBe(413)
})
