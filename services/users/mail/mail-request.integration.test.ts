import { afterAll, beforeAll, expect, test } from 'vitest'
import { post, type TestUsers, testUsers } from '../testing/test-users.ts'

let users: TestUsers
beforeAll(async () => {
  users = await testUsers()
})
afterAll(() => users.close())

test('the events of a request, and those of its mails, carry its id and its trace', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const { app } = await users.open()
  const account = { email: 'ada@trace.example', name: 'Ada', password: 'correct horse battery' }
  const sent = { traceparent, 'x-request-id': 'traced-1' }
  expect((await app.request('/api/v1/auth/register', post(account, sent))).status).toBe(202)
  const events = await users.kysely.selectFrom('outbox_events').select(['type', 'envelope']).orderBy('seq').execute()
  expect(events.map(({ type }) => type)).toEqual(['user.registered.v1', 'user.mail_requested.v1'])
  for (const { envelope } of events) expect(envelope).toMatchObject({ request_id: 'traced-1', traceparent })
})
