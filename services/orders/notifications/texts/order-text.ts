import type { Paragraph } from '../../../kit/mail/render-mail.ts'
import type { OrderTemplate, SmsTemplate } from '../notification-templates.ts'
import type { Parcel } from '../order-facts.ts'

/** What a text may speak of; amounts are formatted in its language. */
export type OrderTextFacts = {
  readonly orderId: string
  readonly lineCount: number
  readonly total: string
  readonly parcels: readonly Parcel[]
  /** Of a refund. */
  readonly amount: string | null
  /** Of a cancellation; a word of the event, which may be one that is not known here. */
  readonly reason: string | null
}

export type SmsTextFacts = {
  /** Short enough to be read out. */
  readonly orderNumber: string
  /** Null where there are several parcels, or it is too long for a text. */
  readonly parcel: Parcel | null
}

export type OrderMailText = {
  /** The same for everyone: subjects are shown on locked screens, and are a header. */
  readonly subject: string
  body(facts: OrderTextFacts): readonly Paragraph[]
}

export type OrderTexts = {
  /** Null where nobody has verified the account: a stranger may have chosen the name. */
  greeting(name: string | null): string
  readonly signature: string
  /** Under each text. */
  summary(facts: OrderTextFacts): string
  readonly mails: Readonly<Record<OrderTemplate, OrderMailText>>
  /** At most two segments with the longest facts that there can be: the tests try them. */
  readonly sms: Readonly<Record<SmsTemplate, (facts: SmsTextFacts) => string>>
}
