import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { type AccountsFixture, accountsFixture, codeOf } from './testing/accounts-fixture.ts'
import { testPassword } from './testing/test-accounts.ts'
import { loginAnswer, post } from './testing/test-users.ts'

const me = '/api/v1/users/me'
let fixture: AccountsFixture
beforeAll(async () => {
  fixture = await accountsFixture()
})
afterAll(() => fixture.close())

let next = 0
const refresh = (refresh_token: string) => fixture.app.request('/api/v1/auth/refresh', post({ refresh_token }))

test('people change their name, phone and locale, and what they leave out stays', async () => {
  const ada = await fixture.person()
  const change = { name: ' Ada Lovelace ', phone: '+4915112345678', locale: 'de-ch' }
  const changed = await fixture.put(me, ada.headers, change)
  expect(changed.status).toBe(200)
  expect(await changed.json()).toMatchObject({ name: 'Ada Lovelace', phone: '+4915112345678', locale: 'de-CH' })
  expect(await (await fixture.put(me, ada.headers, { phone: null })).json()).toMatchObject({
    name: 'Ada Lovelace',
    phone: null,
  })
  expect(await fixture.trailOf(ada.id)).toMatchObject([
    { action: 'profile_change', detail: { after: { fields: ['name', 'phone', 'locale'] } } },
    { action: 'profile_change', detail: { after: { fields: ['phone'] } } },
  ])
})

test.each<[string, unknown]>([
  ['nothing', {}],
  ['a phone number without a country', { phone: '015112345678' }],
  ['a phone number of 16 digits', { phone: '+4915112345678901' }],
  ['an empty name', { name: '  ' }],
  ['a locale that is none', { locale: 'e' }],
  ['a locale that is no tag', { locale: 'de_DE' }],
])('a profile cannot become %s', async (_, body) => {
  const ada = await fixture.person()
  const before = await fixture.rowText(ada.id)
  expect((await fixture.put(me, ada.headers, body)).status).toBe(422)
  expect(await fixture.rowText(ada.id)).toBe(before)
})

test('A19: nobody writes more of an account than its fields allow, and the row stays byte for byte', async () => {
  const ada = await fixture.person()
  const before = await fixture.rowText(ada.id)
  const given = { role: 'admin', id: randomUUID(), verified: true, email: 'other@accounts.example', password_hash: 'x' }
  for (const [field, value] of Object.entries({ ...given, status: 'active', deleted_at: null })) {
    next += 1
    const answers = [
      await fixture.put(me, ada.headers, { name: 'Eve', [field]: value }),
      await fixture.app.request(
        '/api/v1/auth/register',
        post({ email: `new${next}@accounts.example`, name: 'Eve', password: testPassword, [`${field}`]: value }),
      ),
      await fixture.app.request(
        '/api/v1/auth/login',
        post({ email: ada.email, password: testPassword, [field]: value }),
      ),
    ]
    // An address is what both of the others are about.
    const strict = field === 'email' ? answers.slice(0, 1) : answers
    for (const answer of strict) {
      expect([field, answer.status]).toEqual([field, 422])
      expect(await answer.json()).toMatchObject({ errors: [{ pointer: `/${field}`, code: 'unknown_field' }] })
    }
  }
  expect(await fixture.rowText(ada.id)).toBe(before)
})

test('A31: a closed account has lost who it was and every way in, keeps its id, and frees its address', async () => {
  const { email, id } = await fixture.person()
  await sql`update users set phone = '+4915112345678', locale = 'de' where id = ${id}`.execute(fixture.kysely)
  const login = loginAnswer.parse(await (await fixture.logIn(email)).json())
  const headers = { authorization: `Bearer ${login.access_token}`, 'user-agent': 'canary agent' }
  await sql`
    insert into password_reset_tokens (id, user_id, token_hash, expires_at)
    values (${uuidV7(new Date())}, ${id}, sha256('canary'), now() + interval '1 hour')`.execute(fixture.kysely)
  expect((await fixture.send('DELETE', me, { headers })).status).toBe(204)

  const row = fixture.kysely.selectFrom('users').selectAll().where('id', '=', id)
  expect(await row.executeTakeFirst()).toMatchObject({
    status: 'closed',
    deleted_at: expect.any(Date),
    email: `${id}@closed.invalid`,
    name: 'Closed account',
    phone: null,
    locale: 'en',
    password_hash: null,
  })
  const open = await sql<{ left: number }>`
    select (select count(*) from user_sessions where user_id = ${id} and (ended_at is null or ip is not null
        or user_agent is not null))
      + (select count(*) from refresh_tokens where user_id = ${id} and revoked_at is null)
      + (select count(*) from password_reset_tokens where user_id = ${id} and used_at is null) as left`.execute(
    fixture.kysely,
  )
  expect(open.rows).toEqual([{ left: 0 }])
  expect((await fixture.get(me, headers)).status).toBe(401)
  expect((await fixture.send('DELETE', me, { headers })).status).toBe(401)
  expect((await refresh(login.refresh_token)).status).toBe(401)
  expect((await fixture.logIn(email)).status).toBe(401)

  const events = fixture.kysely.selectFrom('outbox_events').select(['type', 'envelope']).where('subject', '=', id)
  expect(await events.orderBy('seq').execute()).toMatchObject([
    { type: 'user.mail_requested.v1', envelope: { data: { template: 'account_closed' } } },
    { type: 'user.closed.v1', envelope: { source: 'user-management', data: {} } },
  ])
  expect((await fixture.trailOf(id)).map(({ action }) => action)).toEqual(['login', 'close'])
  const again = await fixture.app.request(
    '/api/v1/auth/register',
    post({ email, name: 'Somebody else', password: testPassword }),
  )
  expect(again.status).toBe(202)
  const present = fixture.kysely.selectFrom('users').select(['id', 'name']).where('email', '=', email)
  expect(await present.execute()).toEqual([{ id: expect.not.stringContaining(id), name: 'Somebody else' }])
  expect(await (await fixture.get(`/api/v1/users/${id}`)).json()).toMatchObject({ id, status: 'closed' })
  expect(await codeOf(await fixture.put(`/api/v1/users/${id}/role`, fixture.asAdmin, { role: 'admin' }))).toBe(
    'users/closed',
  )
  expect(await codeOf(await fixture.put(`/api/v1/users/${id}/status`, fixture.asAdmin, { status: 'active' }))).toBe(
    'users/closed',
  )
})

test('a new password ends all logins but the one that set it', async () => {
  const { email, id } = await fixture.person()
  const [here, there] = [await fixture.logIn(email), await fixture.logIn(email)].map(async (answer) =>
    loginAnswer.parse(await answer.json()),
  )
  const [kept, ended] = [await here, await there]
  const headers = { authorization: `Bearer ${kept?.access_token}` }
  const change = { current_password: testPassword, new_password: 'another horse battery' }
  const path = '/api/v1/users/change-password'
  const changed = await fixture.send('POST', path, { headers, body: change })
  expect([changed.status, await changed.text()]).toEqual([204, ''])
  expect((await fixture.logIn(email)).status).toBe(401)
  expect((await fixture.logIn(email, 'another horse battery')).status).toBe(200)
  const live = await sql<{ hash: Buffer }>`
    select t.token_hash as hash from refresh_tokens t join user_sessions s on s.id = t.session_id
    where t.user_id = ${id} and t.revoked_at is null and s.ended_at is null`.execute(fixture.kysely)
  expect(live.rows).toHaveLength(2)
  expect((await fixture.put(me, { authorization: `Bearer ${ended?.access_token}` }, { name: 'Eve' })).status).toBe(401)
  expect((await fixture.put(me, headers, { name: 'Ada' })).status).toBe(200)
  expect((await fixture.send('POST', path, { headers, body: change })).status).toBe(422)
  expect((await fixture.trailOf(id)).map(({ action }) => action)).toEqual([
    'login',
    'login',
    'password_change',
    'login_failed',
    'login',
    'profile_change',
    'password_change_failed',
  ])
})

test('a wrong current password is told, counts like one at login, and new ones that are guessable or the same are refused', async () => {
  const { email, headers } = await fixture.person()
  const change = (current_password: string, new_password = 'another horse battery') =>
    fixture.send('POST', '/api/v1/users/change-password', { headers, body: { current_password, new_password } })
  for (const guess of [email, 'password', '7 chars', testPassword]) {
    const answer = await change(testPassword, guess)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'request/invalid', errors: [{ pointer: '/new_password' }] })
  }
  for (let guess = 0; guess < 5; guess += 1) {
    expect(await codeOf(await change(`wrong ${guess}`))).toBe('auth/current-password-wrong')
  }
  // A second is over soon on a busy machine.
  await sql`update login_failures set locked_until = locked_until + interval '30 s'`.execute(fixture.kysely)
  const locked = await change(testPassword)
  expect(locked.status).toBe(429)
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(1)
  expect((await fixture.logIn(email)).status, 'one count of both').toBe(429)
})

test('two changes of one password at once: one wins, the other is told that its current one is wrong', async () => {
  const { email, headers } = await fixture.person()
  const passwords = ['the first new one', 'the second new one']
  const answers = await Promise.all(
    passwords.map((new_password) =>
      fixture.send('POST', '/api/v1/users/change-password', {
        headers,
        body: { current_password: testPassword, new_password },
      }),
    ),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 422])
  const winner = passwords[answers.findIndex(({ status }) => status === 204)]
  expect((await fixture.logIn(email, winner)).status).toBe(200)
})
