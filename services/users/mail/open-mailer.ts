import type { QueryExecutorProvider } from 'kysely'
import type { Ending } from '../../kit/end-together.ts'
import type { Logger } from '../../kit/logging.ts'
import type { Checks } from '../../kit/service.ts'
import type { MailedTokens } from '../mailed-token.ts'
import type { UsersSettings } from '../settings.ts'
import { directoryTransport } from './directory-transport.ts'
import type { MailTransport } from './mail-transport.ts'
import { startMailer } from './mailer.ts'
import { smtpTransport } from './smtp-transport.ts'

export type OpenMailer = Ending & {
  /** For the readiness answer: the service can do without mail for a while. */
  readonly optionalChecks: Checks
}

/** The mailer that the settings ask for; without one, mails wait in the database until there is. */
export function openMailer(parts: {
  readonly settings: UsersSettings
  readonly database: QueryExecutorProvider
  readonly tokens: MailedTokens
  readonly logger: Logger
  now(): Date
}): OpenMailer {
  const { settings, ...rest } = parts
  const transport = mailTransport(settings)
  if (transport === null) {
    parts.logger.warn('neither SMTP_URL nor MAIL_DIRECTORY is set: mails wait until one is')
    return { optionalChecks: {}, close: async () => undefined }
  }
  const mailer = startMailer({ ...rest, transport, shop: settings.PUBLIC_BASE_URL })
  return { ...mailer, optionalChecks: { mail: mailer.check } }
}

function mailTransport({
  SMTP_URL: url,
  MAIL_DIRECTORY: directory,
  MAIL_FROM: from,
}: UsersSettings): MailTransport | null {
  if (url !== undefined) return smtpTransport({ url, from })
  return directory === undefined ? null : directoryTransport({ directory, from })
}
