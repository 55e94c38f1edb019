import { type RenderedMail, renderMail } from '../../kit/mail/render-mail.ts'
import { formatMoney, type Money } from './format-money.ts'
import type { OrderTemplate } from './notification-templates.ts'
import type { OrderFacts } from './order-facts.ts'
import { orderTexts, textLanguage } from './text-language.ts'

export type OrderMail = {
  readonly template: OrderTemplate
  /** ISO 639, as the users service says. */
  readonly language: string
  /** Null where it is not known whether the person at this address chose it. */
  readonly name: string | null
  readonly orderId: string
  readonly order: OrderFacts
  /** Of a refund. */
  readonly refund: Money | null
  /** Of a cancellation. */
  readonly reason: string | null
}

export function renderOrderMail(mail: OrderMail): RenderedMail {
  const { order, refund } = mail
  const language = textLanguage(mail.language)
  const { greeting, signature, summary, mails } = orderTexts[language]
  const { subject, body } = mails[mail.template]
  const facts = {
    orderId: mail.orderId,
    lineCount: order.lineCount,
    total: formatMoney({ cents: order.totalCents, currency: order.currency }, language),
    parcels: order.parcels,
    amount: refund === null ? null : formatMoney(refund, language),
    reason: mail.reason,
  }
  return renderMail({ language, subject, paragraphs: [greeting(mail.name), ...body(facts), summary(facts), signature] })
}

export type LowStock = { readonly productId: string; readonly available: number }

/** For the staff, who share one language. */
export function renderStockMail({ productId, available }: LowStock): RenderedMail {
  return renderMail({
    language: 'en',
    subject: 'A product is running low',
    paragraphs: [`Product ${productId} has ${available} left to sell.`],
  })
}
