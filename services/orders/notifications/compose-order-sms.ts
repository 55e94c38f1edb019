import { z } from 'zod'
import type { ClaimedNotification } from '../../kit/notifications/notification-queue.ts'
import type { Composed } from '../../kit/notifications/notification-sender.ts'
import type { SmsMessage } from '../../kit/sms/sms-transport.ts'
import type { ComposeParts } from './compose-order-mail.ts'
import { orderData } from './notification-data.ts'
import { smsTemplates } from './notification-templates.ts'
import { findRecipient } from './recipient.ts'
import { renderOrderSms } from './render-order-sms.ts'

const templateSchema = z.enum(smsTemplates)

/** The text as it goes out. Who has no telephone is not told this way, and that is no failure. */
export async function composeOrderSms(
  { fetchContact, readOrderFacts }: Omit<ComposeParts, 'staffAddress'>,
  notification: ClaimedNotification,
  signal: AbortSignal,
): Promise<Composed<SmsMessage>> {
  const template = templateSchema.parse(notification.template)
  const { order_id: orderId } = orderData.parse(notification.data)
  const recipient = await findRecipient(fetchContact, notification, signal)
  if ('outcome' in recipient) return recipient
  if (recipient.phone === null) return { outcome: { kind: 'unneeded', reason: 'no_phone' } }
  const order = await readOrderFacts(orderId)
  if (order === undefined) return { outcome: { kind: 'refused', reason: 'order_unknown' } }
  const text = renderOrderSms({ template, language: recipient.language, orderId, parcels: order.parcels })
  return { message: { id: notification.id, to: recipient.phone, text } }
}
