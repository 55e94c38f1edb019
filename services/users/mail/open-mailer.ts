import type { Ending } from '../../kit/end-together.ts'
import { openMailTransport } from '../../kit/mail/open-mail-transport.ts'
import type { Checks } from '../../kit/service.ts'
import type { UsersSettings } from '../settings.ts'
import { type MailerParts, startMailer } from './mailer.ts'

export type OpenMailer = Ending & {
  /** For the readiness answer: the service can do without mail for a while. */
  readonly optionalChecks: Checks
}

/** The mailer that the settings ask for; without one, mails wait in the database until there is. */
export function openMailer(
  parts: Omit<MailerParts, 'transport' | 'shop'> & { readonly settings: UsersSettings },
): OpenMailer {
  const { settings, ...rest } = parts
  const transport = openMailTransport(settings)
  if (transport === null) {
    parts.logger.warn('neither SMTP_URL nor MAIL_DIRECTORY is set: mails wait until one is')
    return { optionalChecks: {}, close: async () => undefined }
  }
  const mailer = startMailer({ ...rest, transport, shop: settings.PUBLIC_BASE_URL })
  return { ...mailer, optionalChecks: { mail: mailer.check } }
}
