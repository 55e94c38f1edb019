import { sql } from 'kysely'
import { z } from 'zod'
import type { MailServer } from '../../../kit/mail/testing/mail-server.ts'
import { keptLog, type LogLine } from '../../../kit/testing/test-app.ts'
import { type TestDatabase, testDatabase } from '../../../kit/testing/test-database.ts'
import { type NotificationSettings, notificationSettings } from '../notification-settings.ts'
import { gatewayToken, type SmsGateway, smsGateway } from './sms-gateway.ts'
import { notificationMigrations, openTestNotifications, type TestNotifications } from './test-notifications.ts'
import { type UsersStandIn, usersStandIn } from './users-stand-in.ts'

const rowSchema = z.object({
  id: z.string(),
  event_id: z.string(),
  channel: z.enum(['mail', 'sms']),
  recipient_id: z.string(),
  template: z.string(),
  state: z.string(),
  attempts: z.int(),
  provider_ref: z.string().nullable(),
  last_error: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type NotificationRow = z.output<typeof rowSchema>

/** The database of a test file, and everybody whom orders talk to when they tell people something. */
export type NotificationsFixture = {
  readonly database: TestDatabase<unknown>
  readonly users: UsersStandIn
  readonly gateway: SmsGateway
  /** The environment of a process of testing/notifications-main.ts. */
  environment(mail: MailServer): Readonly<Record<string, string>>
  open(settings: Partial<NotificationSettings>, more?: OpenMore): TestNotifications & { lines(): readonly LogLine[] }
  /** All that was written down, the oldest first. */
  rows(): Promise<readonly NotificationRow[]>
  /** Without waiting for the next attempt. */
  makeDue(): Promise<void>
  /** As if the process that claimed them had gone away so long ago. */
  ageClaims(minutes: number): Promise<void>
  clear(): Promise<void>
  close(): Promise<void>
}

type OpenMore = { readonly sendingMilliseconds?: number; now?(): Date }

const everyMilliseconds = 50

export async function notificationsFixture(): Promise<NotificationsFixture> {
  const database = await testDatabase<unknown>(notificationMigrations)
  const [users, gateway] = await Promise.all([usersStandIn(), smsGateway()])
  const bySms = { SMS_PROVIDER: 'http', SMS_HTTP_URL: `${gateway.url}/messages`, SMS_HTTP_TOKEN: gatewayToken } as const
  const opened: TestNotifications[] = []
  return {
    database,
    users,
    gateway,
    environment: ({ url }) => ({
      DATABASE_URL: database.url,
      USERS_URL: users.url,
      SMTP_URL: url,
      MAIL_FROM: 'Shop <shop@shop.test>',
      ...bySms,
    }),
    open(settings, { now = () => new Date(), ...more } = {}) {
      const { logger, lines } = keptLog()
      const given = { ...z.object(notificationSettings).parse(bySms), ...settings }
      const parts = {
        settings: given,
        database: database.kysely,
        usersUrl: users.url,
        logger,
        now,
        everyMilliseconds,
        ...more,
      }
      const notifications = openTestNotifications(parts)
      opened.push(notifications)
      return { ...notifications, lines }
    },
    async rows() {
      const { rows } = await sql`
        select id, event_id, channel, recipient_id, template, state, attempts, provider_ref, last_error, data
        from notifications order by created_at, channel`.execute(database.kysely)
      return z.array(rowSchema).parse(rows)
    },
    async makeDue() {
      await sql`update notifications set next_attempt_at = now() where state = 'pending'`.execute(database.kysely)
    },
    async ageClaims(minutes) {
      await sql`update notifications set claimed_at = now() - make_interval(mins => ${minutes})
        where state = 'sending'`.execute(database.kysely)
    },
    async clear() {
      await Promise.all(opened.splice(0).map((one) => one.close()))
      await sql`delete from notifications`.execute(database.kysely)
    },
    async close() {
      await Promise.all(opened.map((one) => one.close()))
      await Promise.all([users.close(), gateway.close()])
      await database.drop()
    },
  }
}
