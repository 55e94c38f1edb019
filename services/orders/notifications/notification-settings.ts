import { z } from 'zod'
import { mailSettings, oneMailWay } from '../../kit/mail/mail-settings.ts'
import { smsGatewayKnown, smsProviderNamed, smsSettings } from '../../kit/sms/sms-settings.ts'

/** How customers and staff are told; for the settings of the service, each rule as `.refine(rule.holds, rule.fault)`. */
export const notificationSettings = {
  ...mailSettings,
  /** Who hears of products that run low; nobody where it is left out. */
  STAFF_MAIL_ADDRESS: z
    .string()
    .max(254)
    .regex(/^[^<>@\s]+@[^<>@\s]+$/, 'must be an address')
    .optional()
    .meta({ example: 'staff@shop.example' }),
  ...smsSettings,
}

export type NotificationSettings = z.output<z.ZodObject<typeof notificationSettings>>

export const notificationRules = { oneMailWay, smsProviderNamed, smsGatewayKnown }
