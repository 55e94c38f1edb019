import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Envelope } from '../../kit/bus/envelope.ts'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { type NotificationsFixture, notificationsFixture } from './testing/notifications-fixture.ts'
import { testEvent } from './testing/test-notifications.ts'
import { emailOf } from './testing/users-stand-in.ts'

let fixture: NotificationsFixture
let mail: MailServer
const processes: ServiceProcess[] = []
beforeAll(async () => {
  ;[fixture, mail] = await Promise.all([notificationsFixture(), startMailServer()])
  const main = join(import.meta.dirname, 'testing/notifications-main.ts')
  const start = () => startService(main, fixture.environment(mail))
  processes.push(...(await Promise.all([start(), start()])))
})
afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()))
  await mail.stop()
  await fixture.close()
})

const post = async (envelope: Envelope, index: number) =>
  fetch(`${processes[index % 2]?.url}/events`, {
    method: 'POST',
    body: JSON.stringify(envelope),
    headers: { 'content-type': 'application/json' },
  })

test('E25: one event, ten times at once and over two processes, is one mail and one SMS', async () => {
  const customers = Array.from({ length: 20 }, (_, index) => ({ id: randomUUID(), phone: `+414455501${index + 10}` }))
  for (const { id, phone } of customers) fixture.users.know(id, { phone })
  for (const { id: user_id } of customers) {
    const event = testEvent('order.shipped.v1', { data: { user_id } })
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => post(event, index)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 204))
  }
  const states = async () => (await fixture.rows()).map(({ state }) => state)
  await expect.poll(states, { timeout: 20_000 }).toEqual(Array.from({ length: 40 }, () => 'sent'))
  const rows = await fixture.rows()
  expect(mail.mails.flatMap(({ to }) => to).toSorted()).toEqual(customers.map(({ id }) => emailOf(id)).toSorted())
  expect(fixture.gateway.received.map(({ to }) => to).toSorted()).toEqual(customers.map(({ phone }) => phone))
  const keys = rows.filter(({ channel }) => channel === 'sms').map(({ id }) => id)
  expect(fixture.gateway.received.map(({ key }) => key).toSorted()).toEqual(keys.toSorted())
})
