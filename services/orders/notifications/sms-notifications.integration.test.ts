import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import { type NotificationsFixture, notificationsFixture } from './testing/notifications-fixture.ts'
import { testEvent } from './testing/test-notifications.ts'

let fixture: NotificationsFixture
let mail: MailServer
beforeAll(async () => {
  fixture = await notificationsFixture()
})
beforeEach(async () => {
  mail = await startMailServer()
})
afterEach(async () => {
  await fixture.clear()
  await mail.stop()
  fixture.users.be('well')
  fixture.gateway.be('well')
})
afterAll(() => fixture.close())

const open = (settings: Parameters<NotificationsFixture['open']>[0] = {}) =>
  fixture.open({ SMTP_URL: mail.url, ...settings })
const statesOf = async () => (await fixture.rows()).map(({ channel, state }) => `${channel} ${state}`)
const waitForStates = (...states: string[]) => expect.poll(statesOf, { timeout: 10_000 }).toEqual(states)
const customer = (contact: Parameters<NotificationsFixture['users']['know']>[1] = {}) => {
  const user_id = randomUUID()
  fixture.users.know(user_id, contact)
  return user_id
}

test('E30: without a provider no SMS is sent, nobody is asked for a number, and one line at the start says so', async () => {
  const { deliver, lines } = open({ SMS_PROVIDER: undefined })
  const asked = fixture.users.calls.length
  await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone: '+41445550123' }) } }))
  await waitForStates('mail sent', 'sms sent')
  expect((await fixture.rows())[1]?.provider_ref).toBe('no_sms_provider')
  expect(fixture.users.calls.length - asked).toBe(1)
  const said = lines().filter(({ message }) => message === 'SMS_PROVIDER is none: no SMS is sent')
  expect(said).toHaveLength(1)
})

test('E30: as log, an SMS is a line with the end of the number', async () => {
  const { deliver, lines } = open({ SMS_PROVIDER: 'log' })
  await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone: '+41445550123' }) } }))
  await waitForStates('mail sent', 'sms sent')
  const [line] = lines().filter(({ message }) => message.startsWith('sms: '))
  expect(line).toMatchObject({ to: '…23', segments: 1, message: expect.stringContaining('was delivered.') })
  expect(JSON.stringify(lines())).not.toContain('+4144')
})

test.each(['0445550123', '+41 44 555 01 23', '+0445550123', '+4144555012345678', '+41445550123;0900'])(
  'E30: %s is no number of E.164 and gets nothing',
  async (phone) => {
    const calls = fixture.gateway.calls.length
    const { deliver } = open()
    await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone }) } }))
    await waitForStates('mail sent', 'sms failed')
    expect((await fixture.rows())[1]?.last_error).toBe('no number of E.164')
    expect(fixture.gateway.calls.length).toBe(calls)
  },
)

test.each([
  [422, 'failed', '422 of the gateway'],
  [429, 'pending', '429 of the gateway'],
  [401, 'pending', '401 of the gateway'],
  [503, 'pending', '503 of the gateway'],
])('an SMS that the gateway answers with %i is %s', async (status, state, last_error) => {
  fixture.gateway.be({ status })
  const { deliver } = open()
  await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone: '+41445550177' }) } }))
  await expect.poll(async () => (await fixture.rows())[1]?.last_error, { timeout: 10_000 }).toBe(last_error)
  const rows = await fixture.rows()
  expect(rows[1]?.state).toBe(state)
  if (state === 'failed') return
  fixture.gateway.be('well')
  await fixture.makeDue()
  await waitForStates('mail sent', 'sms sent')
  expect(fixture.gateway.delivered().filter(({ key }) => key === rows[1]?.id)).toHaveLength(1)
})
