import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { MailTransport } from '../../kit/mail/mail-transport.ts'
import { smtpTransport } from '../../kit/mail/smtp-transport.ts'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import type { NotificationSender } from '../../kit/notifications/notification-sender.ts'
import { keptLog } from '../../kit/testing/test-app.ts'
import { type TestDatabase, testDatabase } from '../../kit/testing/test-database.ts'
import { createMailedTokens, mailedTokenHash } from '../mailed-token.ts'
import type { UsersTables } from '../schema.ts'
import { post, testUsers } from '../testing/test-users.ts'
import { usersService } from '../users-service.ts'
import type { MailTemplate } from './mail-request.ts'
import { startMailer } from './mailer.ts'

const from = 'Shop <shop@shop.test>'
const shop = 'https://shop.test'
const tokens = createMailedTokens('the key of the tests')
let database: TestDatabase<UsersTables>
let server: MailServer
const mailers: NotificationSender[] = []
let clock = Date.now()
const later = (seconds: number) => {
  clock += seconds * 1_000
}

beforeAll(async () => {
  database = await testDatabase<UsersTables>(usersService.migrations)
})
beforeEach(async () => {
  server = await startMailServer()
})
afterEach(async () => {
  await Promise.all(mailers.splice(0).map((mailer) => mailer.close()))
  await server.stop()
  await sql`delete from notifications`.execute(database.kysely)
})
afterAll(() => database.drop())

const overSmtp = (url = server.url) => smtpTransport({ url, from })
function start(transport: MailTransport = overSmtp(), more: { readonly sendingMilliseconds?: number } = {}) {
  const log = keptLog()
  const parts = { database: database.kysely, tokens, shop, logger: log.logger, now: () => new Date(clock), ...more }
  const mailer = startMailer({ ...parts, transport })
  mailers.push(mailer)
  return { ...mailer, lines: () => log.lines().filter(({ message }) => String(message).startsWith('mail ')) }
}

let next = 0
async function addUser(change: { locale?: string; verified?: boolean } = {}) {
  const user = { id: randomUUID(), email: `person${++next}@mail.example`, name: `Person ${next}`, ...change }
  await database.kysely.insertInto('users').values(user).execute()
  return user
}
async function request(recipient: string, template: MailTemplate, tokenId: string | null = null, address?: string) {
  const { rows } = await sql<{ id: string }>`
    with asked as (
      select request_mail(${recipient}, ${template}, ${tokenId}, ${address ?? null}, 'user-management', 'r-7', null) as event
    ) select event as id from asked`.execute(database.kysely)
  const event = rows[0]?.id ?? ''
  return database.kysely.selectFrom('notifications').selectAll().where('event_id', '=', event).executeTakeFirstOrThrow()
}
const rowOf = (id: string) =>
  database.kysely.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const waitForState = (id: string, state: string) =>
  expect.poll(async () => (await rowOf(id)).state, { timeout: 10_000 }).toBe(state)
const makeDue = () =>
  sql`update notifications set next_attempt_at = now() where state = 'pending'`.execute(database.kysely)

test('a mail arrives once, whole, and its line in the log tells where its link leads without being one', async () => {
  const user = await addUser({ locale: 'de-AT', verified: true })
  const tokenId = randomUUID()
  const token = tokens.tokenOf('reset', tokenId)
  await sql`insert into password_reset_tokens (id, user_id, token_hash, expires_at)
    values (${tokenId}, ${user.id}, ${mailedTokenHash(token)}, now() + interval '1 hour')`.execute(database.kysely)
  const { lines } = start()
  const { id } = await request(user.id, 'reset', tokenId)
  await waitForState(id, 'sent')

  expect(server.mails).toHaveLength(1)
  const [mail] = server.mails
  expect(mail).toMatchObject({ to: [user.email], token })
  expect(mail?.headers).toMatchObject({
    'message-id': `<${id}@shop.test>`,
    from,
    to: user.email,
    subject: 'Setzen Sie Ihr Passwort',
    'auto-submitted': 'auto-generated',
    'content-type': expect.stringContaining('multipart/alternative'),
  })
  for (const part of ['text/plain', 'text/html', `Guten Tag ${user.name},`, `${shop}/reset-password#token=${token}`]) {
    expect(mail?.whole).toContain(part)
  }
  expect(await rowOf(id)).toMatchObject({ attempts: 1, provider_ref: `<${id}@shop.test>`, last_error: null })
  expect(lines()).toMatchObject([
    {
      level: 'INFO',
      message: `mail reset sent: ${shop}/reset-password#token=${token.slice(0, 6)}…`,
      notification_id: id,
      user_id: user.id,
      request_id: 'r-7',
    },
  ])
  expect(JSON.stringify(lines())).not.toContain(token.slice(0, 10))
})

test('a mail that is refused for good fails with the reason, and others go on', async () => {
  const [gone, there] = [await addUser(), await addUser()]
  server.be({ code: 550, at: 'recipient', only: gone.email })
  const refused = await request(gone.id, 'role_changed')
  const taken = await request(there.id, 'role_changed')
  const { lines } = start()
  await waitForState(taken.id, 'sent')
  await waitForState(refused.id, 'failed')
  expect(await rowOf(refused.id)).toMatchObject({ attempts: 1, last_error: '550 at RCPT TO' })
  expect(
    lines()
      .map(({ level }) => level)
      .sort(),
  ).toEqual(['INFO', 'WARN'])
  expect(JSON.stringify(lines())).not.toContain(gone.email)
})

test.each(['connect', 'recipient', 'data'] as const)('a mail that is put off at %s is tried again', async (at) => {
  server.be({ code: 451, at })
  const { id } = await request((await addUser()).id, 'role_changed')
  start()
  await expect.poll(async () => (await rowOf(id)).last_error, { timeout: 10_000 }).toMatch(/^451 at /)
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from next_attempt_at - now())::float8 as seconds from notifications
    where id = ${id} and state = 'pending'`.execute(database.kysely)
  for (const { seconds } of rows) expect(seconds).toBeLessThanOrEqual(5)
  server.be('well')
  await makeDue()
  await waitForState(id, 'sent')
  expect(server.mails).toHaveLength(1)
})

test('a server that is gone is asked once in 30 s; when it is back, each mail arrives once', async () => {
  const { port } = server
  await server.stop()
  const mailer = start(overSmtp(`smtp://127.0.0.1:${port}`))
  const first = await request((await addUser()).id, 'role_changed')
  await expect.poll(() => mailer.check().catch(() => 'gone'), { timeout: 10_000 }).toBe('gone')
  const others = await Promise.all(
    Array.from({ length: 12 }, async () => request((await addUser()).id, 'role_changed')),
  )
  const attempts = async () => {
    const { rows } = await sql<{ sum: number }>`select sum(attempts)::integer as sum from notifications`.execute(
      database.kysely,
    )
    return rows[0]?.sum
  }
  expect(await attempts()).toBe(1)
  later(29)
  // Longer than the mailer looks for mails.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await attempts(), 'not before 30 s').toBe(1)
  later(1)
  await expect.poll(attempts, { timeout: 5_000 }).toBe(2)

  server = await startMailServer(port)
  await makeDue()
  later(30)
  for (const { id } of [first, ...others]) await waitForState(id, 'sent')
  await mailer.check()
  const ids = server.mails.map(({ headers }) => headers['message-id'])
  expect([ids.length, new Set(ids).size]).toEqual([13, 13])
})

test('a server that hangs holds a mail until the deadline, and then is left alone', async () => {
  server.be('frozen')
  const mailer = start(smtpTransport({ url: server.url, from, wholeMilliseconds: 300 }))
  const { id } = await request((await addUser()).id, 'role_changed')
  await expect.poll(async () => (await rowOf(id)).last_error, { timeout: 5_000 }).toBe('EABORT at connection')
  await expect(mailer.check()).rejects.toThrow('gone')
  await mailer.close()
  server.be('well')
  await makeDue()
  start()
  await waitForState(id, 'sent')
})

test('eight mailers on one database claim and send each mail once', async () => {
  const user = await addUser()
  const asked = await Promise.all(Array.from({ length: 120 }, () => request(user.id, 'role_changed')))
  // No server: forty connections at once can take longer than the 2 s after which a mail is tried again, and rightly so.
  const sent: { id: string; by: number }[] = []
  for (let by = 0; by < 8; by += 1) {
    start({
      async send({ id }) {
        sent.push({ id, by })
        await new Promise((resolve) => setImmediate(resolve))
        return { kind: 'sent', reference: id }
      },
    })
  }
  const left = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from notifications where state <> 'sent'`.execute(database.kysely)
    return rows[0]?.count
  }
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
  const tries = await sql`select distinct attempts from notifications`.execute(database.kysely)
  expect(tries.rows).toEqual([{ attempts: 1 }])
  expect(sent.map(({ id }) => id).sort()).toEqual(asked.map(({ id }) => id).sort())
  expect(new Set(sent.map(({ by }) => by)).size, 'and more than one of them sent').toBeGreaterThan(1)
})

test('what a dead process had claimed is sent after 5 minutes, with the same Message-ID', async () => {
  const [fresh, old] = [
    await request((await addUser()).id, 'role_changed'),
    await request((await addUser()).id, 'role_changed'),
  ]
  const claim = (id: string, age: string) =>
    sql`update notifications set state = 'sending', attempts = 1, claimed_at = now() - ${age}::interval where id = ${id}`.execute(
      database.kysely,
    )
  await claim(fresh.id, '4 minutes')
  await claim(old.id, '6 minutes')
  start()
  await waitForState(old.id, 'sent')
  expect(server.mails.map(({ headers }) => headers['message-id'])).toEqual([`<${old.id}@shop.test>`])
  expect(await rowOf(fresh.id)).toMatchObject({ state: 'sending', attempts: 1 })
})

test('closing waits for the mail that is being sent, and takes no other', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const sent: string[] = []
  const slow: MailTransport = {
    async send({ id }) {
      await released
      sent.push(id)
      return { kind: 'sent', reference: id }
    },
  }
  const { id } = await request((await addUser()).id, 'role_changed')
  const mailer = start(slow)
  await waitForState(id, 'sending')
  const closed = mailer.close()
  const second = await request((await addUser()).id, 'role_changed')
  release()
  await closed
  expect([sent, (await rowOf(id)).state, (await rowOf(second.id)).state]).toEqual([[id], 'sent', 'pending'])
})

test('a sending that goes on for too long when the process ends is given back, due at once, and sent by the next', async () => {
  server.be('frozen')
  const { id } = await request((await addUser()).id, 'role_changed')
  const mailer = start(overSmtp(), { sendingMilliseconds: 200 })
  await expect.poll(() => server.connections(), { timeout: 5_000 }).toBe(1)
  const second = await request((await addUser()).id, 'role_changed')
  const startedAt = performance.now()
  mailer.drain()
  await mailer.close()
  expect(performance.now() - startedAt).toBeLessThan(mailer.endMilliseconds)
  const { rows } = await sql`
    select id, state, attempts, last_error, next_attempt_at <= now() as due from notifications
    order by attempts desc`.execute(database.kysely)
  expect(rows).toEqual([
    { id, state: 'pending', attempts: 1, last_error: 'EABORT at connection', due: true },
    { id: second.id, state: 'pending', attempts: 0, last_error: null, due: true },
  ])
  await mailer.check()
  server.be('well')
  start()
  await waitForState(id, 'sent')
  expect((await rowOf(id)).attempts).toBe(2)
})

test('a closed account gets its last mail at the address it had, which is then forgotten, and no other', async () => {
  const user = await addUser()
  await sql`update users set deleted_at = now(), status = 'closed', email = 'closed' where id = ${user.id}`.execute(
    database.kysely,
  )
  const last = await request(user.id, 'account_closed', null, user.email)
  const other = await request(user.id, 'role_changed')
  start()
  await waitForState(last.id, 'sent')
  await waitForState(other.id, 'failed')
  expect(server.mails.map(({ to }) => to)).toEqual([[user.email]])
  expect([(await rowOf(last.id)).address, (await rowOf(other.id)).last_error]).toEqual([null, 'recipient_gone'])
})

test('a link that a newer one has replaced is not mailed any more', async () => {
  const user = await addUser()
  const { id } = await request(user.id, 'verify', randomUUID())
  start()
  await waitForState(id, 'failed')
  expect([(await rowOf(id)).last_error, server.mails]).toEqual(['link_over', []])
})

test('X26: with the mail server gone, users are answered as ever and their mails are sent later', async () => {
  const { port } = server
  await server.stop()
  const users = await testUsers()
  const service = await users.open({ SMTP_URL: `smtp://127.0.0.1:${port}` }, () => new Date(clock))
  const ready = async () => (await service.app.request('/health?check=ready')).json()
  const account = { email: 'ada@outage.example', name: 'Ada', password: 'correct horse battery' }
  const register = await service.app.request('/api/v1/auth/register', post(account))
  expect([register.status, await register.json()]).toEqual([202, { status: 'accepted' }])
  await expect.poll(ready, { timeout: 10_000 }).toMatchObject({ status: 'degraded', checks: { mail: 'down' } })
  const forgot = await service.app.request('/api/v1/auth/forgot-password', post({ email: account.email }))
  expect(forgot.status).toBe(202)

  server = await startMailServer(port)
  later(30)
  await expect
    .poll(() => server.mails.map(({ to }) => to), { timeout: 30_000 })
    .toEqual([[account.email], [account.email]])
  await expect.poll(ready, { timeout: 5_000 }).toMatchObject({ status: 'ok' })
  await users.close()
})
