import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type MailServer, startMailServer } from '../../../kit/mail/testing/mail-server.ts'
import { there } from '../../../kit/testing/there.ts'
import { type NotificationsFixture, notificationsFixture } from './notifications-fixture.ts'

/** A file's database, and before each of its tests a mail server and nothing that waits to be sent. */
export function notificationsStage() {
  let fixture: NotificationsFixture | undefined
  let mail: MailServer | undefined
  const open = () => there(fixture)
  /** Of what was written down, as `mail sent`, the oldest first. */
  const states = async () => (await open().rows()).map(({ channel, state }) => `${channel} ${state}`)

  beforeAll(async () => {
    fixture = await notificationsFixture()
  })
  beforeEach(async () => {
    mail = await startMailServer()
  })
  afterEach(async () => {
    await fixture?.clear()
    await mail?.stop()
    fixture?.users.be('well')
    fixture?.gateway.be('well')
  })
  afterAll(() => fixture?.close())

  return {
    get fixture(): NotificationsFixture {
      return open()
    },
    get mail(): MailServer {
      return there(mail)
    },
    /** Where it was, after it was stopped. */
    async startMailAgain(): Promise<void> {
      mail = await startMailServer(there(mail).port)
    },
    open: (settings: Parameters<NotificationsFixture['open']>[0] = {}) =>
      open().open({ SMTP_URL: there(mail).url, ...settings }),
    /** The id of one whom the users service knows. */
    customer(contact: Parameters<NotificationsFixture['users']['know']>[1] = {}): string {
      const user_id = randomUUID()
      open().users.know(user_id, contact)
      return user_id
    },
    states,
    async waitForStates(...expected: string[]): Promise<void> {
      await expect.poll(states, { timeout: 10_000 }).toEqual(expected)
    },
  }
}
