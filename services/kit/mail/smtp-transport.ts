import { z } from 'zod'
import type { Delivery } from '../notifications/delivery.ts'
import { mailOptions } from './mail-headers.ts'
import type { MailTransport } from './mail-transport.ts'

const waits = { dnsTimeout: 2_000, connectionTimeout: 2_000, greetingTimeout: 8_000, socketTimeout: 10_000 } as const

/** One connection a mail: there are few, and a connection that waits would have to be watched. */
export function smtpTransport(parts: {
  readonly url: string
  readonly from: string
  /** From the first step to the last. */
  readonly wholeMilliseconds?: number
}): MailTransport {
  const { url, from, wholeMilliseconds = 10_000 } = parts
  return {
    async send(message, stop) {
      // Most processes that start send nothing for a while.
      const { createTransport } = await import('nodemailer')
      const transporter = createTransport({ url, ...waits })
      const signal = AbortSignal.any([AbortSignal.timeout(wholeMilliseconds), stop])
      return transporter.sendMail({ ...mailOptions(message, from), signal }).then(
        ({ messageId }): Delivery => ({ kind: 'sent', reference: messageId }),
        (error: unknown) => {
          const delivery = deliveryOf(error)
          return stop.aborted && delivery.kind === 'unreachable' ? { ...delivery, kind: 'interrupted' } : delivery
        },
      )
    },
  }
}

const failureSchema = z.object({
  code: z.string().default('unknown'),
  responseCode: z.int().optional(),
  command: z.string().optional(),
})

/** Steps of the dialogue that are about this mail; at the others a 5xx means the server or our access to it. */
const aboutTheMail = new Set(['MAIL FROM', 'RCPT TO', 'DATA'])

export function deliveryOf(error: unknown): Delivery {
  const failure = failureSchema.safeParse(error)
  if (!failure.success) return { kind: 'unreachable', reason: 'unknown' }
  const { code, responseCode, command = 'connection' } = failure.data
  if (responseCode === undefined) return { kind: 'unreachable', reason: `${code} at ${command}` }
  const reason = `${responseCode} at ${command}`
  if (responseCode >= 500 && aboutTheMail.has(command)) return { kind: 'refused', reason }
  return { kind: 'postponed', reason }
}
