import type { Transport } from '../notifications/delivery.ts'
import { smsSize } from './sms-segments.ts'

export type SmsMessage = {
  /** Of the notification: a provider that sees it twice sends it once. */
  readonly id: string
  /** E.164 */
  readonly to: string
  readonly text: string
}

export type SmsTransport = Transport<SmsMessage>

export const segmentsAtMost = 2

/** For what renders a text: too long a one is a bug of it, which its tests find, and not a matter for the sender. */
export function smsText(text: string): string {
  const { segments } = smsSize(text)
  if (segments > segmentsAtMost) throw new RangeError(`an SMS of ${segments} segments; ${segmentsAtMost} are allowed`)
  return text
}
