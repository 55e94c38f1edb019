import { smsText } from '../../kit/sms/sms-transport.ts'
import type { SmsTemplate } from './notification-templates.ts'
import type { Parcel } from './order-facts.ts'
import { orderTexts, textLanguage } from './text-language.ts'

export type OrderSms = {
  readonly template: SmsTemplate
  /** ISO 639, as the users service says. */
  readonly language: string
  readonly orderId: string
  readonly parcels: readonly Parcel[]
}

/** With more, the longest text would not fit into two segments; half a tracking number is of no use. */
const parcelCharactersAtMost = 60

export function renderOrderSms({ template, language, orderId, parcels }: OrderSms): string {
  const [parcel] = parcels
  const fits =
    parcel !== undefined &&
    parcels.length === 1 &&
    parcel.carrier.length + parcel.trackingNumber.length <= parcelCharactersAtMost
  const orderNumber = orderId.slice(-8).toUpperCase()
  return smsText(orderTexts[textLanguage(language)].sms[template]({ orderNumber, parcel: fits ? parcel : null }))
}
