import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import { profileChangeSchema } from '../profile-change.ts'
import { type TestUsers, testUsers } from '../testing/test-users.ts'
import { mailTemplates } from './mail-request.ts'

const security = ['refresh_reuse', 'password_changed', 'role_changed', 'account_closed'] as const
let users: TestUsers
let server: MailServer
beforeAll(async () => {
  ;[users, server] = await Promise.all([testUsers(), startMailServer()])
})
afterAll(async () => {
  await users.close()
  await server.stop()
})

test.each([
  ['a customer', sql`true, 'active'`],
  ['a customer who has not verified the address', sql`false, 'active'`],
  ['a customer who is locked out', sql`true, 'disabled'`],
])('E31: whatever concerns the security of an account is mailed to %s', async (_, verifiedAndStatus) => {
  const id = randomUUID()
  const email = `${id}@mail.example`
  await sql`insert into users (id, email, name, verified, status) select ${id}, ${email}, 'Ada', ${verifiedAndStatus}`.execute(
    users.kysely,
  )
  for (const template of security) {
    await sql`select request_mail(${id}, ${template}, null, ${template === 'account_closed' ? email : null}, 'user-management', 'r', null)`.execute(
      users.kysely,
    )
  }
  await users.open({ SMTP_URL: server.url })
  const subjects = () => server.mails.filter(({ to }) => to[0] === email).map(({ headers }) => headers.subject)
  await expect
    .poll(() => subjects().toSorted(), { timeout: 10_000 })
    .toEqual([
      'One of your logins was ended',
      'The rights of your account were changed',
      'Your account was closed',
      'Your password was changed',
    ])
})

test('E31: there is nothing to switch a mail off by, and none that sells anything', () => {
  expect(Object.keys(profileChangeSchema.shape)).toEqual(['name', 'phone', 'locale'])
  expect(profileChangeSchema.safeParse({ name: 'Ada', phone: null, locale: 'en', mails: false }).success).toBe(false)
  expect([...mailTemplates].toSorted()).toEqual([...security, 'account_exists', 'reset', 'verify'].toSorted())
})
