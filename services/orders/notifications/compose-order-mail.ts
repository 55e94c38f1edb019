import { z } from 'zod'
import type { MailMessage } from '../../kit/mail/mail-transport.ts'
import type { ClaimedNotification } from '../../kit/notifications/notification-queue.ts'
import type { Composed } from '../../kit/notifications/notification-sender.ts'
import type { FetchContact } from './contact-client.ts'
import { orderData, stockData } from './notification-data.ts'
import { mailTemplates } from './notification-templates.ts'
import type { ReadOrderFacts } from './order-facts.ts'
import { findRecipient } from './recipient.ts'
import { renderOrderMail, renderStockMail } from './render-order-mail.ts'

export type ComposeParts = {
  readonly fetchContact: FetchContact
  readonly readOrderFacts: ReadOrderFacts
  /** STAFF_MAIL_ADDRESS */
  readonly staffAddress: string | undefined
}

const templateSchema = z.enum(mailTemplates)

/** The mail as it goes out: to whom, in which language and with which figures is found out now. */
export async function composeOrderMail(
  parts: ComposeParts,
  notification: ClaimedNotification,
  signal: AbortSignal,
): Promise<Composed<MailMessage>> {
  const template = templateSchema.parse(notification.template)
  if (template === 'stock_low') return composeStockMail(parts, notification)
  const { order_id: orderId, reason, amount_cents: cents, currency } = orderData.parse(notification.data)
  const recipient = await findRecipient(parts.fetchContact, notification, signal)
  if ('outcome' in recipient) return recipient
  const order = await parts.readOrderFacts(orderId)
  if (order === undefined) return { outcome: { kind: 'refused', reason: 'order_unknown' } }
  const rendered = renderOrderMail({
    template,
    language: recipient.language,
    name: recipient.email_verified ? recipient.display_name : null,
    orderId,
    order,
    refund: cents === undefined || currency === undefined ? null : { cents, currency },
    reason,
  })
  return { message: { id: notification.id, requestedAt: notification.createdAt, to: recipient.email, ...rendered } }
}

function composeStockMail({ staffAddress }: ComposeParts, notification: ClaimedNotification): Composed<MailMessage> {
  if (staffAddress === undefined) return { outcome: { kind: 'unneeded', reason: 'no_staff_address' } }
  const { product_id: productId, available } = stockData.parse(notification.data)
  const rendered = renderStockMail({ productId, available })
  return { message: { id: notification.id, requestedAt: notification.createdAt, to: staffAddress, ...rendered } }
}
