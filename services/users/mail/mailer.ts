import type { MailTransport } from '../../kit/mail/mail-transport.ts'
import {
  type NotificationSender,
  type SenderParts,
  startNotificationSender,
} from '../../kit/notifications/notification-sender.ts'
import { type ComposeParts, composeMail } from './compose-mail.ts'
import { mailTemplates } from './mail-request.ts'

export type MailerParts = ComposeParts & {
  readonly transport: MailTransport
} & Pick<SenderParts<never>, 'logger' | 'now' | 'sendingMilliseconds'>

/** Sends the mails of accounts. The address of a closed account's last one is forgotten with its end. */
export function startMailer(parts: MailerParts): NotificationSender {
  return startNotificationSender({
    ...parts,
    channel: 'mail',
    templates: mailTemplates,
    personalColumns: ['address'],
    compose: (notification) => composeMail(parts, notification),
  })
}
