import type { Logger } from '../logging.ts'
import { phoneNumberSchema } from '../phone-number.ts'
import { httpSms } from './http-sms.ts'
import { smsSize } from './sms-segments.ts'
import type { SmsSettings } from './sms-settings.ts'
import type { SmsTransport } from './sms-transport.ts'

/** The sender that the settings name. Whichever it is, it gets numbers of E.164 only. */
export function openSmsTransport(settings: SmsSettings, logger: Logger): SmsTransport {
  const { send } = sender(settings, logger)
  return {
    async send(message, signal) {
      const number = phoneNumberSchema.safeParse(message.to)
      return number.success ? send(message, signal) : { kind: 'refused', reason: 'no number of E.164' }
    },
  }
}

function sender(settings: SmsSettings, logger: Logger): SmsTransport {
  const { SMS_PROVIDER: provider = 'none', SMS_HTTP_URL: url, SMS_HTTP_TOKEN: token } = settings
  if (provider === 'log') return logSms(logger)
  if (provider === 'http' && url !== undefined && token !== undefined) return httpSms({ url, token })
  logger.warn('SMS_PROVIDER is none: no SMS is sent')
  return { send: async () => ({ kind: 'unneeded', reason: 'no_sms_provider' }) }
}

/** For a shop on one machine: the text is a line of the log, with the end of the number alone. */
function logSms(logger: Logger): SmsTransport {
  return {
    async send({ id, to, text }) {
      logger.info({ notification_id: id, to: `…${to.slice(-2)}`, segments: smsSize(text).segments }, `sms: ${text}`)
      return { kind: 'sent', reference: 'log' }
    },
  }
}
