import { expect, test } from 'vitest'
import { notificationsStage } from './testing/notifications-stage.ts'
import { testEvent } from './testing/test-notifications.ts'

const stage = notificationsStage()

const { customer, open, waitForStates } = stage

test('E30: without a provider no SMS is sent, nobody is asked for a number, and one line at the start says so', async () => {
  const { deliver, lines } = open({ SMS_PROVIDER: undefined })
  const asked = stage.fixture.users.calls.length
  await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone: '+41445550123' }) } }))
  await waitForStates('mail sent', 'sms sent')
  expect((await stage.fixture.rows())[1]?.provider_ref).toBe('no_sms_provider')
  expect(stage.fixture.users.calls.length - asked).toBe(1)
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
    const calls = stage.fixture.gateway.calls.length
    const { deliver } = open()
    await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone }) } }))
    await waitForStates('mail sent', 'sms failed')
    expect((await stage.fixture.rows())[1]?.last_error).toBe('no number of E.164')
    expect(stage.fixture.gateway.calls.length).toBe(calls)
  },
)

test.each([
  [422, 'failed', '422 of the gateway'],
  [429, 'pending', '429 of the gateway'],
  [401, 'pending', '401 of the gateway'],
  [503, 'pending', '503 of the gateway'],
])('an SMS that the gateway answers with %i is %s', async (status, state, last_error) => {
  stage.fixture.gateway.be({ status })
  const { deliver } = open()
  await deliver(testEvent('order.delivered.v1', { data: { user_id: customer({ phone: '+41445550177' }) } }))
  await expect.poll(async () => (await stage.fixture.rows())[1]?.last_error, { timeout: 10_000 }).toBe(last_error)
  const rows = await stage.fixture.rows()
  expect(rows[1]?.state).toBe(state)
  if (state === 'failed') return
  stage.fixture.gateway.be('well')
  await stage.fixture.makeDue()
  await waitForStates('mail sent', 'sms sent')
  expect(stage.fixture.gateway.delivered().filter(({ key }) => key === rows[1]?.id)).toHaveLength(1)
})
