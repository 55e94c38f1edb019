import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Envelope } from '../../kit/bus/envelope.ts'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { type NotificationsFixture, notificationsFixture } from './testing/notifications-fixture.ts'
import { testEvent } from './testing/test-notifications.ts'

let fixture: NotificationsFixture
let mail: MailServer
const processes: ServiceProcess[] = []
beforeAll(async () => {
  ;[fixture, mail] = await Promise.all([notificationsFixture(), startMailServer()])
})
afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.kill()))
  await fixture.clear()
})
afterAll(async () => {
  await mail.stop()
  await fixture.close()
})

const main = join(import.meta.dirname, 'testing/notifications-main.ts')
async function start(settings: Readonly<Record<string, string>> = {}) {
  const process = await startService(main, { ...fixture.environment(mail), ...settings })
  processes.push(process)
  return process
}
const post = async ({ url }: ServiceProcess, envelope: Envelope) =>
  fetch(`${url}/events`, {
    method: 'POST',
    body: JSON.stringify(envelope),
    headers: { 'content-type': 'application/json' },
  })
const states = async () => (await fixture.rows()).map(({ state }) => state)
const mailIds = () => mail.mails.map(({ headers }) => headers['message-id'])
const shipped = () => {
  const user_id = randomUUID()
  fixture.users.know(user_id, { phone: '+41445550123' })
  return testEvent('order.shipped.v1', { data: { user_id } })
}
/** Longer than it takes until it is looked again for what is due. */
const nextLook = () => new Promise((resolve) => setTimeout(resolve, 2_500))

test('E26: killed between hand-over and record, each way shows the provider that it gets it a second time', async () => {
  const sentBefore = fixture.gateway.received.length
  const dying = await start({ FAILPOINTS: 'notifications.send.after_handover:pause' })
  await post(dying, shipped())
  await expect
    .poll(() => [mail.mails.length, fixture.gateway.received.length - sentBefore], { timeout: 10_000 })
    .toEqual([1, 1])
  expect(await states()).toEqual(['sending', 'sending'])
  await dying.kill()

  await fixture.ageClaims(4)
  const next = await start()
  await nextLook()
  expect(await states(), 'whoever sends may still be about it').toEqual(['sending', 'sending'])
  expect(mail.mails).toHaveLength(1)

  await fixture.ageClaims(6)
  await expect.poll(states, { timeout: 10_000 }).toEqual(['sent', 'sent'])
  const [byMail, bySms] = await fixture.rows()
  expect(mailIds()).toEqual(Array.from({ length: 2 }, () => `<${byMail?.id}@shop.test>`))
  const keys = fixture.gateway.received.slice(sentBefore).map(({ key }) => key)
  expect(keys).toEqual([bySms?.id, bySms?.id])
  expect(
    fixture.gateway.delivered().filter(({ key }) => key === bySms?.id),
    'the gateway sent it once',
  ).toHaveLength(1)

  await post(next, shipped())
  await expect.poll(states, { timeout: 10_000 }).toEqual(['sent', 'sent', 'sent', 'sent'])
  await fixture.ageClaims(10)
  await nextLook()
  expect([mail.mails.length, fixture.gateway.received.length - sentBefore], 'none without a kill').toEqual([3, 3])
  expect((await fixture.rows()).map(({ attempts }) => attempts)).toEqual([2, 2, 1, 1])
})

test('E26: twenty kills right after a hand-over lose nothing, and each doubles a message once at most', async () => {
  const before = { mails: mail.mails.length, sms: fixture.gateway.received.length }
  const handedOver = () => mail.mails.length + fixture.gateway.received.length
  for (let kill = 0; kill < 20; kill += 1) {
    const process = await start()
    const known = handedOver()
    for (const event of [shipped(), shipped(), shipped()]) await post(process, event)
    await expect.poll(handedOver, { timeout: 10_000, interval: 1 }).toBeGreaterThan(known)
    // Between claiming, handing over and recording of the others.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    await process.kill()
    await fixture.ageClaims(6)
  }
  await start()
  await expect.poll(states, { timeout: 30_000 }).toEqual(Array.from({ length: 120 }, () => 'sent'))
  const seen = [
    ...mailIds().slice(before.mails),
    ...fixture.gateway.received.slice(before.sms).map(({ key }) => key),
  ].map((id) => /[0-9a-f-]{36}/.exec(id ?? '')?.[0])
  for (const { id, attempts } of await fixture.rows()) {
    const times = seen.filter((one) => one === id).length
    expect(times, 'none is lost').toBeGreaterThanOrEqual(1)
    expect(times, 'a double is a claim that a kill left behind').toBeLessThanOrEqual(attempts)
  }
})
