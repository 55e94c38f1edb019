import type { Transport } from '../notifications/delivery.ts'

/** A mail that is ready to go. */
export type MailMessage = {
  /** Of the notification; the Message-ID is made of it, so that a provider sees a second sending as one. */
  readonly id: string
  readonly requestedAt: Date
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type MailTransport = Transport<MailMessage>
