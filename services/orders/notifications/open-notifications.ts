import type { QueryExecutorProvider } from 'kysely'
import type { Consumer } from '../../kit/consumers/consumer.ts'
import { type Ending, endTogether } from '../../kit/end-together.ts'
import type { Logger } from '../../kit/logging.ts'
import { openMailTransport } from '../../kit/mail/open-mail-transport.ts'
import { type SenderParts, startNotificationSender } from '../../kit/notifications/notification-sender.ts'
import type { Checks } from '../../kit/service.ts'
import type { ServiceWay } from '../../kit/service-token-call.ts'
import { openSmsTransport } from '../../kit/sms/open-sms.ts'
import { type ComposeParts, composeOrderMail } from './compose-order-mail.ts'
import { composeOrderSms } from './compose-order-sms.ts'
import { contactClient } from './contact-client.ts'
import type { NotificationSettings } from './notification-settings.ts'
import { mailTemplates, smsTemplates } from './notification-templates.ts'
import type { ReadOrderFacts } from './order-facts.ts'
import { orderNotifications } from './order-notifications.ts'

export type NotificationParts = {
  readonly settings: NotificationSettings
  readonly database: QueryExecutorProvider
  /** To the users service. */
  readonly users: ServiceWay
  readonly readOrderFacts: ReadOrderFacts
  readonly logger: Logger
  now(): Date
} & Pick<SenderParts<never>, 'everyMilliseconds' | 'sendingMilliseconds'>

export type OpenNotifications<Tables> = ReturnType<typeof endTogether> & {
  readonly consumers: readonly Consumer<Tables>[]
  /** For the readiness answer: the service can do without telling for a while. */
  readonly optionalChecks: Checks
}

type Telling = { readonly ending: Ending; readonly checks: Checks }

/** What orders tell to people: consumers write down whom, and senders find out where and send. */
export function openNotifications<Tables>({
  settings,
  users,
  readOrderFacts,
  ...rest
}: NotificationParts): OpenNotifications<Tables> {
  const staffAddress = settings.STAFF_MAIL_ADDRESS
  const parts = { ...rest, settings, fetchContact: contactClient(users), readOrderFacts, staffAddress }
  const ways = [tellByMail(parts), tellBySms(parts)]
  return {
    consumers: [orderNotifications<Tables>()],
    optionalChecks: Object.assign({}, ...ways.map(({ checks }) => checks)),
    ...endTogether(ways.map(({ ending }) => ending)),
  }
}

type TellingParts = Omit<NotificationParts, 'users'> & ComposeParts

function tellByMail(parts: TellingParts): Telling {
  const { settings, logger } = parts
  const transport = openMailTransport(settings)
  if (transport === null) {
    logger.warn('neither SMTP_URL nor MAIL_DIRECTORY is set: mails wait until one is')
    return { ending: { close: () => undefined }, checks: {} }
  }
  if (settings.STAFF_MAIL_ADDRESS === undefined) {
    logger.info('STAFF_MAIL_ADDRESS is not set: nobody is told of products that run low')
  }
  const sender = startNotificationSender({
    ...parts,
    transport,
    channel: 'mail',
    templates: mailTemplates,
    compose: (notification, signal) => composeOrderMail(parts, notification, signal),
  })
  return { ending: sender, checks: { mail: sender.check } }
}

function tellBySms(parts: TellingParts): Telling {
  const { settings, logger } = parts
  const sender = startNotificationSender({
    ...parts,
    transport: openSmsTransport(settings, logger),
    channel: 'sms',
    templates: smsTemplates,
    // Where nothing is sent, nobody has to be asked for a number.
    compose: async (notification, signal) =>
      settings.SMS_PROVIDER === undefined || settings.SMS_PROVIDER === 'none'
        ? { outcome: { kind: 'unneeded', reason: 'no_sms_provider' } }
        : composeOrderSms(parts, notification, signal),
  })
  return { ending: sender, checks: settings.SMS_PROVIDER === 'http' ? { sms: sender.check } : {} }
}
