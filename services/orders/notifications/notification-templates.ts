/** Each is a mail to the customer in every language of texts/; the events they come of are in order-notifications.ts. */
export const orderTemplates = [
  'order_placed',
  'order_paid',
  'order_shipped',
  'order_delivered',
  'order_cancelled',
  'order_expired',
  'order_refunded',
] as const
export type OrderTemplate = (typeof orderTemplates)[number]

/** To whoever reads STAFF_MAIL_ADDRESS. */
export const staffTemplates = ['stock_low'] as const

export const mailTemplates = [...orderTemplates, ...staffTemplates] as const

/** What cannot wait until somebody looks at their mails. */
export const smsTemplates = ['order_shipped', 'order_delivered'] as const satisfies readonly OrderTemplate[]
export type SmsTemplate = (typeof smsTemplates)[number]

/** In the place of a user's id: the staff is no user. */
export const staffRecipientId = '00000000-0000-4000-8000-000000000001'
