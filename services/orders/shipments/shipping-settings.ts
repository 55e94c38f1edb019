import { z } from 'zod'
import type { environments } from '../../kit/settings.ts'
import { commaList } from '../payments/payment-settings.ts'
import { type CarrierName, carrierNames } from './carriers/open-carriers.ts'

const isCarrier = (name: string): name is CarrierName => carrierNames.some((known) => known === name)

/** What shipping needs; for the settings of the service, with each of `shippingRules`. */
export const shippingSettings = {
  /** `none`: every tracking number is typed in by an admin, of whichever carrier it is. */
  SHIPPING_CARRIERS: z
    .string()
    .refine((text) => text === 'none' || text.split(',').every((name) => isCarrier(name.trim())), {
      error: `must be none, or some of ${carrierNames.join(', ')}, separated by commas`,
      abort: true,
    })
    .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))].filter(isCarrier))
    .prefault('none')
    .meta({ example: 'simulated' }),
  /** The first is the current one; the others still count. Without it no carrier can have signed: all are refused. */
  SHIPPING_WEBHOOK_SECRETS: commaList(/^\S{32,}$/, 'must be secrets of at least 32 characters, separated by commas')
    .optional()
    .meta({ example: 'at least 32 random characters' }),
}

export type ShippingSettings = z.output<z.ZodObject<typeof shippingSettings>>

type Given = Partial<ShippingSettings> & { readonly SHOP_ENV?: (typeof environments)[number] }

/** Each as `.refine(rule.holds, rule.fault)`. */
export const shippingRules = [
  {
    holds: ({ SHOP_ENV, SHIPPING_CARRIERS: given }: Given) =>
      // Beside other faults it may be the text that was refused.
      SHOP_ENV !== 'prod' || !Array.isArray(given) || !given.includes('simulated'),
    fault: {
      path: ['SHIPPING_CARRIERS'],
      error: 'must not name simulated where SHOP_ENV is prod',
      when: () => true,
    },
  },
]
