import { z } from 'zod'
import { authenticationSettings } from '../kit/open-authentication.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { services } from '../registry.ts'
import { documentRules, documentSettings } from './documents/document-settings.ts'
import { notificationRules, notificationSettings } from './notifications/notification-settings.ts'
import { paymentRules, paymentSettings } from './payments/payment-settings.ts'
import { shippingRules, shippingSettings } from './shipments/shipping-settings.ts'

/** `EUR=490,USD=590`: minor units by currency. */
const shippingFees = z
  .string()
  .regex(/^[A-Z]{3}=\d{1,9}(,[A-Z]{3}=\d{1,9})*$/, 'must be currencies with minor units, as EUR=490,JPY=800')
  .transform((text): ReadonlyMap<string, number> => new Map(text.split(',').map(feeOf)))

function feeOf(part: string): readonly [string, number] {
  const [currency = '', amount] = part.split('=')
  return [currency, Number(amount)]
}

const plainSettings = z.object({
  ...commonSettings,
  ...authenticationSettings(services.orders),
  ...documentSettings,
  ...notificationSettings,
  ...paymentSettings,
  ...shippingSettings,
  CATALOG_URL: httpUrl.meta({ example: 'http://product-catalog:8000' }),
  /** Signs list cursors. Never made of another secret: who has a cursor could try values of that one by it. */
  CURSOR_KEY: z.string().min(32, 'must have at least 32 characters').meta({ example: 'at least 32 random characters' }),
  /** Of every line, in hundredths of a percent. */
  TAX_BASIS_POINTS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be decimal digits')
    .transform(Number)
    .refine((value) => value <= 10_000, 'must be at most 10000')
    .default(0)
    .meta({ example: '1900' }),
  /** Of an order, by its currency; of one that is not named, nothing. */
  SHIPPING_FEES: shippingFees.optional().meta({ example: 'EUR=490,USD=590' }),
})

/** With the rules over several of them. */
export const ordersSettings = [...paymentRules, ...shippingRules, ...Object.values(notificationRules)].reduce(
  (schema, { holds, fault }) => schema.refine(holds, fault),
  documentRules(plainSettings),
)

export type OrdersSettings = z.output<typeof ordersSettings>
