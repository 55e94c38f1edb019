import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { EventType } from '../../kit/event-schemas/event-catalogue.ts'
import { notificationsStage } from './testing/notifications-stage.ts'
import { testEvent, testOrderFacts } from './testing/test-notifications.ts'
import { emailOf } from './testing/users-stand-in.ts'

const stage = notificationsStage()

const { customer, open, waitForStates } = stage
const smsTo = (number: string) => stage.fixture.gateway.received.filter(({ to }) => to === number)

const told = [
  ['order.placed.v1', 'Siparişinizi aldık', 'mail'],
  ['order.paid.v1', 'Ödemeniz ulaştı', 'mail'],
  ['order.shipped.v1', 'Siparişiniz yola çıktı', 'mail', 'sms'],
  ['order.delivered.v1', 'Siparişiniz teslim edildi', 'mail', 'sms'],
  ['order.cancelled.v1', 'Siparişiniz iptal edildi', 'mail'],
  ['order.expired.v1', 'Siparişinizin süresi doldu', 'mail'],
  ['order.refunded.v1', 'Size para iadesi yapıyoruz', 'mail'],
] as const satisfies readonly (readonly [EventType, string, ...string[]])[]

test.each(told)('E31: %s is told to the customer once, as %j', async (type, subject, ...channels) => {
  const phone = '+905551234567'
  const before = smsTo(phone).length
  const user_id = customer({ language: 'tr', phone, display_name: 'Ada Lovelace' })
  const { deliver } = open()
  const event = testEvent(type, { data: { user_id } })
  await deliver(event)
  await waitForStates(...channels.map((channel) => `${channel} sent`))
  const rows = await stage.fixture.rows()
  expect(stage.mail.mails).toMatchObject([
    {
      to: [emailOf(user_id)],
      headers: { subject, 'message-id': `<${rows[0]?.id}@shop.example>`, 'auto-submitted': 'auto-generated' },
    },
  ])
  for (const part of ['Merhaba Ada Lovelace,', event.subject, '€39,98', 'text/plain', 'text/html']) {
    expect(stage.mail.mails[0]?.whole).toContain(part)
  }
  expect(
    smsTo(phone)
      .slice(before)
      .map(({ key }) => key),
  ).toEqual(rows.slice(1).map(({ id }) => id))
})

test('E31: an order that comes to a state again is not told again, and each refund is', async () => {
  const user_id = customer({ phone: '+41445550123' })
  const subject = randomUUID()
  const of = (type: EventType, data: object = {}) => testEvent(type, { subject, data: { user_id, ...data } })
  const { deliver } = open()
  for (const type of ['order.placed.v1', 'order.placed.v1', 'order.paid.v1', 'order.shipped.v1', 'order.shipped.v1']) {
    if (type === 'order.placed.v1' || type === 'order.paid.v1' || type === 'order.shipped.v1') await deliver(of(type))
  }
  const [first, second] = [randomUUID(), randomUUID()]
  await deliver(of('order.refunded.v1', { refund_id: first, amount_cents: 1_000 }))
  await deliver(of('order.refunded.v1', { refund_id: second, amount_cents: 2_000 }))
  await deliver(of('order.refunded.v1', { refund_id: second, amount_cents: 2_000 }))
  await waitForStates(...Array.from({ length: 3 }, () => 'mail sent'), 'sms sent', 'mail sent', 'mail sent')
  expect(stage.mail.mails.map(({ headers }) => headers.subject).toSorted()).toEqual([
    'We are giving you money back',
    'We are giving you money back',
    'We have your order',
    'Your order is on its way',
    'Your payment has arrived',
  ])
  const amounts = stage.mail.mails.map(({ whole }) => /We have sent (\S+) back/.exec(whole)?.[1]).filter(Boolean)
  expect(amounts.toSorted()).toEqual(['€10.00', '€20.00'])
})

test('E31: another order, and another customer, are told for themselves', async () => {
  const user_id = customer()
  const { deliver } = open()
  await deliver(testEvent('order.paid.v1', { data: { user_id } }))
  await deliver(testEvent('order.paid.v1', { data: { user_id } }))
  await deliver(testEvent('order.paid.v1', { data: { user_id: customer() } }))
  await waitForStates('mail sent', 'mail sent', 'mail sent')
  expect(stage.mail.mails).toHaveLength(3)
})

test('E31: customers are told what became of their orders and money, the staff of low stock, and that is all', () => {
  expect(open().consumers.map(({ name, events }) => [name, Object.keys(events).toSorted()])).toEqual([
    ['order-notifications', [...told.map(([type]) => type), 'inventory.low.v1'].toSorted()],
  ])
})

test('a notification holds ids, numbers and states, and the request that caused it', async () => {
  const user_id = customer({ phone: '+41445550123', display_name: 'Canary Ada' })
  const event = testEvent('order.refunded.v1', { data: { user_id } })
  const { deliver, lines } = open()
  await deliver(event)
  await waitForStates('mail sent')
  expect((await stage.fixture.rows())[0]?.data).toEqual({
    request_id: 'r-7',
    order_id: event.subject,
    refund_id: event.data.refund_id,
    amount_cents: 1_999,
    currency: 'EUR',
  })
  expect(stage.fixture.users.calls.at(-1)?.headers['x-request-id']).toBe('r-7')
  expect(lines()).toContainEqual(
    expect.objectContaining({ message: 'mail order_refunded sent', request_id: 'r-7', user_id, attempts: 1 }),
  )
  const { rows } = await sql<{ text: string }>`select n::text as text from notifications n`.execute(
    stage.fixture.database.kysely,
  )
  expect(JSON.stringify([rows, lines()])).not.toMatch(/Canary|mail\.example|41445550123/)
})

test('E29: with the users service away mails wait, and are sent when it is back', async () => {
  stage.fixture.users.be('away')
  const user_id = customer({ phone: '+41445550199' })
  const { deliver, optionalChecks } = open()
  await deliver(testEvent('order.shipped.v1', { data: { user_id } }))
  const errors = async () => (await stage.fixture.rows()).map(({ last_error }) => last_error)
  await expect.poll(errors, { timeout: 10_000 }).toEqual(['users does not answer', 'users does not answer'])
  expect(await stage.states()).not.toContainEqual(expect.stringContaining('failed'))
  expect([stage.mail.connections(), smsTo('+41445550199')]).toEqual([0, []])
  await optionalChecks.mail?.()
  stage.fixture.users.be('well')
  await expect
    .poll(
      async () => {
        await stage.fixture.makeDue()
        return stage.states()
      },
      // The breaker of the way to users tries again after 5 s.
      { timeout: 20_000, interval: 500 },
    )
    .toEqual(['mail sent', 'sms sent'])
  expect([stage.mail.mails.length, smsTo('+41445550199').length]).toEqual([1, 1])
})

test('E29: who has closed the account is not written to any more', async () => {
  const user_id = customer({ state: 'closed' })
  const { deliver } = open()
  await deliver(testEvent('order.shipped.v1', { data: { user_id } }))
  await waitForStates('mail failed', 'sms failed')
  const rows = await stage.fixture.rows()
  expect(rows.map(({ last_error, attempts }) => [last_error, attempts])).toEqual([
    ['recipient_gone', 1],
    ['recipient_gone', 1],
  ])
  expect(stage.mail.connections()).toBe(0)
})

test('E29: who has no telephone gets the mail and no SMS, and nothing has failed', async () => {
  const calls = stage.fixture.gateway.calls.length
  const { deliver, lines } = open()
  await deliver(testEvent('order.shipped.v1', { data: { user_id: customer({ phone: null }) } }))
  await waitForStates('mail sent', 'sms sent')
  expect((await stage.fixture.rows())[1]).toMatchObject({ provider_ref: 'no_phone', last_error: null })
  expect(stage.fixture.gateway.calls.length).toBe(calls)
  expect(lines().map(({ level, message }) => `${level} ${message}`)).toContain(
    'INFO sms order_shipped not needed: no_phone',
  )
  expect(lines().filter(({ level }) => level === 'ERROR')).toEqual([])
})

test('a name that nobody has verified is not written', async () => {
  const { deliver } = open()
  const user_id = customer({ email_verified: false, display_name: 'Not Ada' })
  await deliver(testEvent('order.placed.v1', { data: { user_id } }))
  await waitForStates('mail sent')
  expect(stage.mail.mails[0]?.whole).toContain('Hello,')
  expect(stage.mail.mails[0]?.whole).not.toContain('Ada')
})

test('low stock is told to the staff, where somebody is named', async () => {
  const event = testEvent('inventory.low.v1')
  const named = open({ STAFF_MAIL_ADDRESS: 'staff@shop.test' })
  await named.deliver(event)
  await waitForStates('mail sent')
  expect(stage.mail.mails).toMatchObject([
    { to: ['staff@shop.test'], headers: { subject: 'A product is running low' } },
  ])
  expect(stage.mail.mails[0]?.whole).toContain(`Product ${event.data.product_id} has 9 left to sell.`)
  await stage.fixture.clear()

  const nobody = open()
  await nobody.deliver(testEvent('inventory.low.v1'))
  await waitForStates('mail sent')
  expect([(await stage.fixture.rows())[0]?.provider_ref, stage.mail.mails.length]).toEqual(['no_staff_address', 1])
})

test('what is told of an order is what its tables say when it is told', async () => {
  const { deliver } = open()
  await deliver(testEvent('order.shipped.v1', { data: { user_id: customer(), total_cents: 1 } }))
  await waitForStates('mail sent', 'sms sent')
  const [parcel] = testOrderFacts.parcels
  expect(stage.mail.mails[0]?.whole).toContain(`Tracking number of ${parcel?.carrier}: ${parcel?.trackingNumber}`)
  expect(stage.mail.mails[0]?.whole).toContain('€39.98')
})

test('readiness tells that the mail server is gone, and that the gateway is', async () => {
  stage.fixture.gateway.be('hang')
  const { deliver, optionalChecks, drain } = stage.fixture.open(
    { SMTP_URL: 'smtp://127.0.0.1:1' },
    { sendingMilliseconds: 100 },
  )
  expect(Object.keys(optionalChecks)).toEqual(['mail', 'sms'])
  await deliver(testEvent('order.shipped.v1', { data: { user_id: customer({ phone: '+41445550123' }) } }))
  await expect.poll(() => optionalChecks.mail?.().catch(() => 'gone'), { timeout: 10_000 }).toBe('gone')
  await waitForStates('mail pending', 'sms sending')
  drain()
  await waitForStates('mail pending', 'sms pending')
  expect((await stage.fixture.rows())[1]?.last_error).toBe('this process ends')
})
