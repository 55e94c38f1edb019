import { directoryTransport } from './directory-transport.ts'
import type { MailSettings } from './mail-settings.ts'
import type { MailTransport } from './mail-transport.ts'
import { smtpTransport } from './smtp-transport.ts'

/** The way that the settings name; null where they name none. */
export function openMailTransport(settings: MailSettings): MailTransport | null {
  const { SMTP_URL: url, MAIL_DIRECTORY: directory, MAIL_FROM: from } = settings
  if (url !== undefined) return smtpTransport({ url, from })
  return directory === undefined ? null : directoryTransport({ directory, from })
}
