import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MailServer, startMailServer } from '../kit/mail/testing/mail-server.ts'
import { problemSchema } from '../kit/problems.ts'
import { createMailedTokens } from './mailed-token.ts'
import { signIn } from './testing/signed-in.ts'
import { addAccount, testPassword } from './testing/test-accounts.ts'
import {
  loginAnswer,
  post,
  statementCounts,
  type TestUsers,
  type TestUsersApp,
  testSettings,
  testUsers,
} from './testing/test-users.ts'
import { tokenHash } from './token-hash.ts'

const tokens = createMailedTokens(testSettings().TOKEN_KEY)
let users: TestUsers
let service: TestUsersApp
beforeAll(async () => {
  users = await testUsers()
  service = await users.open()
})
afterAll(() => users.close())

type Name = 'register' | 'login' | 'verify-email' | 'resend-verification' | 'forgot-password' | 'reset-password'
const call = (name: Name, body: unknown, { app }: Pick<TestUsersApp, 'app'> = service) =>
  app.request(`/api/v1/auth/${name}`, post(body))
const statusOf = async (name: Name, body: unknown) => (await call(name, body)).status
const register = (email: string, password = testPassword) => call('register', { email, name: 'Ada', password })
const logIn = (email: string, password: string) => statusOf('login', { email, password })

let next = 0
const freshEmail = () => `person${++next}@mailed.example`
const userOf = (email: string) =>
  users.kysely.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirstOrThrow()
/** What was asked to be mailed to an address, oldest first; the token as the mailer would make it. */
async function mailsOf(email: string) {
  const { rows } = await sql<{ template: string; id: string | null }>`
    select n.template, n.data ->> 'token_id' as id
    from notifications n join users u on u.id = n.recipient_id join outbox_events o on o.id = n.event_id
    where u.email = ${email} order by o.seq`.execute(users.kysely)
  return rows.map(({ template, id }) => {
    const token = template === 'verify' || template === 'reset' ? tokens.tokenOf(template, id ?? '') : null
    return { template, token: token ?? '' }
  })
}
const lastTokenOf = async (email: string) => (await mailsOf(email)).at(-1)?.token ?? ''
const minuteLater = (email: string) =>
  sql`update users set verification_sent_at = verification_sent_at - interval '1 minute',
    registered_again_at = registered_again_at - interval '1 minute' where email = ${email}`.execute(users.kysely)

/** Everything of an answer but what differs each time. */
async function answerOf(response: Response) {
  const text = await response.text()
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'x-request-id'))
  return { status: response.status, headers, body: text.replace(/"request_id":"[^"]+"/, '') }
}

/** For each way to get a token: how to use it, and what shows that it was used. */
const ways = [
  {
    path: '/api/v1/auth/verify-email',
    name: 'verify-email',
    body: (token: string) => ({ token }),
    async issue() {
      const email = freshEmail()
      await register(email)
      return { email, token: await lastTokenOf(email) }
    },
    used: async (email: string) => (await userOf(email)).verified,
    async expire(email: string) {
      await sql`update users set verification_expires_at = now() where email = ${email}`.execute(users.kysely)
    },
  },
  {
    path: '/api/v1/auth/reset-password',
    name: 'reset-password',
    body: (token: string) => ({ token, password: 'a new long password' }),
    async issue() {
      const email = freshEmail()
      await addAccount(users.kysely, email)
      await call('forgot-password', { email })
      return { email, token: await lastTokenOf(email) }
    },
    used: async (email: string) => (await logIn(email, 'a new long password')) === 200,
    async expire(email: string) {
      await sql`update password_reset_tokens t set created_at = t.created_at - interval '1 hour', expires_at = now()
        from users u where u.id = t.user_id and u.email = ${email}`.execute(users.kysely)
    },
  },
] as const

test.each(ways)('A6: GET and HEAD leave a token of $path as it is; POST uses it once', async (way) => {
  const { email, token } = await way.issue()
  for (const method of ['GET', 'HEAD']) {
    const response = await service.app.request(`${way.path}?token=${token}`, { method })
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST'])
  }
  expect(await way.used(email)).toBe(false)
  const done = await call(way.name, way.body(token))
  expect([done.status, await done.text()]).toEqual([204, ''])
  expect(await way.used(email)).toBe(true)
  expect(await statusOf(way.name, way.body(token))).toBe(400)
})

test.each(ways)('A6: of two POSTs at once to $path one uses the token', async (way) => {
  for (let round = 0; round < 5; round += 1) {
    const { token } = await way.issue()
    const statuses = await Promise.all([way, way].map(({ name, body }) => statusOf(name, body(token))))
    expect(statuses.sort()).toEqual([204, 400])
  }
})

test.each(ways)('A6: with a token of $path nobody does anything to an account that is disabled', async (way) => {
  const { email, token } = await way.issue()
  await sql`update users set status = 'disabled' where email = ${email}`.execute(users.kysely)
  expect(await statusOf(way.name, way.body(token))).toBe(400)
  await sql`update users set status = 'active' where email = ${email}`.execute(users.kysely)
  expect(await way.used(email)).toBe(false)
})

test.each(ways)('A6: expired, used and unknown tokens of $path are answered alike', async (way) => {
  const answers = []
  const expired = await way.issue()
  await way.expire(expired.email)
  const used = await way.issue()
  await call(way.name, way.body(used.token))
  const other = way.name === 'verify-email' ? 'reset' : 'verify'
  const odd = ['', 'x', 'x'.repeat(200), tokens.tokenOf(other, randomUUID()), tokenHash(used.token).toString('hex')]
  for (const token of [expired.token, used.token, ...odd]) {
    answers.push(await answerOf(await call(way.name, way.body(token))))
  }
  expect(answers[0]).toMatchObject({ status: 400, body: expect.stringContaining('"auth/token-invalid"') })
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
})

test('A12: who owns an address that a stranger registered gets it, and the stranger does not', async () => {
  const email = freshEmail()
  await register(email, 'the password of a stranger')
  const strangersLink = await lastTokenOf(email)
  const stored = (await userOf(email)).password_hash
  expect((await register(email, 'the password of the owner')).status).toBe(202)
  expect((await userOf(email)).password_hash).toBe(stored)
  expect((await mailsOf(email)).map(({ template }) => template)).toEqual(['verify', 'reset'])

  expect(await statusOf('verify-email', { token: strangersLink }), 'nobody verifies a strangers password').toBe(400)
  await sql`update users set verification_sent_at = null where email = ${email}`.execute(users.kysely)
  await call('resend-verification', { email })
  expect((await mailsOf(email)).map(({ template }) => template)).toEqual(['verify', 'reset', 'reset'])

  const stranger = await signIn(users.kysely, (await userOf(email)).id)
  const reset = { token: await lastTokenOf(email), password: 'a password of my own' }
  expect(await statusOf('reset-password', reset)).toBe(204)
  expect(await logIn(email, 'the password of a stranger')).toBe(401)
  expect(await logIn(email, 'a password of my own')).toBe(200)
  expect(await userOf(email)).toMatchObject({ verified: true, verification_token_hash: null })
  const earlier = users.kysely.selectFrom('user_sessions').select('ended_at').where('id', '=', stranger.sessionId)
  expect((await earlier.executeTakeFirstOrThrow()).ended_at).not.toBeNull()
})

test('A12: who is known and verified is told so, once a minute', async () => {
  const email = freshEmail()
  await addAccount(users.kysely, email)
  await register(email)
  await register(email)
  expect(await mailsOf(email)).toEqual([{ template: 'account_exists', token: '' }])
  await minuteLater(email)
  await register(email)
  expect(await mailsOf(email)).toHaveLength(2)
})

test('A13: to ask for another mail is accepted for everyone alike; the newest link works and logs nobody in', async () => {
  const [unverified, verified] = [freshEmail(), freshEmail()]
  await register(unverified)
  await addAccount(users.kysely, verified)
  const first = await lastTokenOf(unverified)
  const ask = async (email: string) => {
    const before = await statementCounts(service)
    const answer = await answerOf(await call('resend-verification', { email }))
    const after = await statementCounts(service)
    const ran = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
    return { ...answer, ran: ran.filter(([, count]) => count > 0) }
  }
  await minuteLater(unverified)
  const answers = [await ask(freshEmail()), await ask(verified), await ask(unverified), await ask(unverified)]
  const [reference] = answers
  expect(reference).toMatchObject({ status: 202, body: '{"status":"accepted"}', ran: [['with', 1]] })
  expect(answers).toEqual(answers.map(() => reference))
  expect([await mailsOf(verified), (await mailsOf(unverified)).length], 'one a minute').toEqual([[], 2])

  expect(await statusOf('verify-email', { token: first })).toBe(400)
  const done = await call('verify-email', { token: await lastTokenOf(unverified) })
  expect([done.status, await done.text()]).toEqual([204, ''])
  expect(await userOf(unverified)).toMatchObject({ verified: true })
})

test('A13: twenty who ask at once get one mail', async () => {
  const email = freshEmail()
  await register(email)
  await minuteLater(email)
  await Promise.all(Array.from({ length: 20 }, () => call('resend-verification', { email })))
  expect(await mailsOf(email)).toHaveLength(2)
})

test('A14: an unverified address is refused like a wrong password, in words that help; unless it is allowed', async () => {
  const email = freshEmail()
  await register(email)
  const ask = async (password: string) => {
    const before = await statementCounts(service)
    const answer = await answerOf(await call('login', { email, password }))
    const after = await statementCounts(service)
    return { ...answer, ran: Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]) }
  }
  const wrong = await ask('not the password')
  expect(await ask(testPassword)).toEqual(wrong)
  expect(wrong.status).toBe(401)
  expect(problemSchema.omit({ request_id: true }).parse(JSON.parse(wrong.body.replace(/,(?=[,}])/, '')))).toMatchObject(
    {
      code: 'auth/credentials-wrong',
      detail: expect.stringMatching(/not verified.*POST \/api\/v1\/auth\/resend-verification/),
    },
  )
  expect(await mailsOf(email), 'no mail on that path').toHaveLength(1)

  const lenient = await users.open({ AUTH_UNVERIFIED_LOGIN: 'allow' })
  const allowed = await call('login', { email, password: testPassword }, lenient)
  const { access_token } = loginAnswer.parse(await allowed.json())
  expect(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).toContain('"email_verified":false')
  expect(() => testSettings({ SHOP_ENV: 'prod', AUTH_UNVERIFIED_LOGIN: 'allow' })).toThrow('AUTH_UNVERIFIED_LOGIN')
})

test('A30: of two links to set a password the newer works, once, and ends every login', async () => {
  const email = freshEmail()
  const { id } = await addAccount(users.kysely, email)
  const logins = [await signIn(users.kysely, id), await signIn(users.kysely, id)]
  await call('forgot-password', { email })
  await call('forgot-password', { email })
  const [older, newer] = await mailsOf(email)
  const password = 'a password of my own'
  expect(await statusOf('reset-password', { token: older?.token, password })).toBe(400)
  const guessable = await call('reset-password', { token: newer?.token, password: 'password1' })
  expect([guessable.status, problemSchema.parse(await guessable.json()).errors]).toMatchObject([
    422,
    [{ pointer: '/password', code: 'guessable' }],
  ])
  const done = await call('reset-password', { token: newer?.token, password })
  expect([done.status, await done.text()]).toEqual([204, ''])
  for (const { refreshToken: refresh_token } of logins) {
    expect((await service.app.request('/api/v1/auth/refresh', post({ refresh_token }))).status).toBe(401)
  }
  const { rows } = await sql`
    select (select count(*) from user_sessions where user_id = ${id} and ended_at is null) as sessions,
      (select count(*) from refresh_tokens where user_id = ${id} and revoked_at is null) as tokens`.execute(
    users.kysely,
  )
  expect(rows).toEqual([{ sessions: 0, tokens: 0 }])
  expect((await mailsOf(email)).at(-1)?.template).toBe('password_changed')
  const trail = users.kysely.selectFrom('audit_logs').select('action').where('user_id', '=', id).orderBy('created_at')
  expect((await trail.execute()).map(({ action }) => action)).toEqual(['forgot', 'forgot', 'reset'])
})

test('A30: links lead to the shop, whatever a request says where it came from', async () => {
  const email = freshEmail()
  await addAccount(users.kysely, email)
  const server: MailServer = await startMailServer()
  const { app } = await users.open({ SMTP_URL: server.url, PUBLIC_BASE_URL: 'https://shop.test/' })
  const evil = {
    host: 'evil.test',
    'x-forwarded-host': 'evil.test',
    forwarded: 'host=evil.test',
    origin: 'https://evil.test',
  }
  const body = JSON.stringify({ email })
  const headers = { ...evil, 'content-type': 'application/json' }
  const response = await app.request('http://evil.test/api/v1/auth/forgot-password', { method: 'POST', headers, body })
  expect(response.status).toBe(202)
  const mine = () => server.mails.find(({ to }) => to[0] === email)
  await expect.poll(mine, { timeout: 15_000 }).toBeDefined()
  expect(mine()?.whole).toContain(`https://shop.test/reset-password#token=${mine()?.token}`)
  expect(JSON.stringify(server.mails)).not.toContain('evil')
  const page = await app.request(`https://shop.test/reset-password#token=${mine()?.token}`)
  expect([page.status, page.headers.get('content-type')], 'and there is a page').toEqual([
    200,
    'text/html; charset=UTF-8',
  ])
  await server.stop()
})

test('five links an hour are mailed to one account; the last goes on working', async () => {
  const email = freshEmail()
  const { id } = await addAccount(users.kysely, email)
  for (let time = 0; time < 7; time += 1) await call('forgot-password', { email })
  expect(await mailsOf(email)).toHaveLength(5)
  const last = await lastTokenOf(email)
  await sql`update password_reset_tokens set counted_from = counted_from - interval '1 hour' where user_id = ${id}`.execute(
    users.kysely,
  )
  await call('forgot-password', { email })
  expect(await mailsOf(email)).toHaveLength(6)
  const password = 'a password of my own'
  expect(await statusOf('reset-password', { token: last, password })).toBe(400)
  expect(await statusOf('reset-password', { token: await lastTokenOf(email), password })).toBe(204)
})

test('a link leads nowhere for an account that was disabled or closed meanwhile', async () => {
  for (const status of ['disabled', 'closed'] as const) {
    const email = freshEmail()
    await addAccount(users.kysely, email)
    await call('forgot-password', { email })
    const token = await lastTokenOf(email)
    await sql`update users set status = ${status}, password_hash = null where email = ${email}`.execute(users.kysely)
    expect(await statusOf('reset-password', { token, password: 'a password of my own' })).toBe(400)
    await call('forgot-password', { email })
    expect(await mailsOf(email)).toHaveLength(1)
  }
})

test('password resets are counted by whose fault their end was', async () => {
  const counted = await users.open()
  await call('reset-password', { token: 'x', password: testPassword }, counted)
  const text = await counted.metrics.registry.metrics()
  expect(text).toContain('password_resets_total{result="refused"} 1')
  expect(text).toContain('password_resets_total{result="ok"} 0')
})
