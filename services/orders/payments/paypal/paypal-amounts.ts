import { z } from 'zod'
import { centsOf, decimalText, minorDigits } from '../currency-units.ts'

/** What PayPal takes payments in. HUF, JPY and TWD it takes without decimals, whatever ISO 4217 says. */
const taken = 'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(
  ' ',
)
const wholeOnly = ['HUF', 'JPY', 'TWD']

export type PayPalAmount = { readonly currency_code: string; readonly value: string }

/** Undefined where PayPal takes no such amount. */
export function toPayPalAmount(cents: number, currency: string): PayPalAmount | undefined {
  if (!taken.includes(currency)) return undefined
  const text = decimalText(cents, minorDigits(currency))
  if (!wholeOnly.includes(currency)) return { currency_code: currency, value: text }
  const [whole = '', fraction = ''] = text.split('.')
  return /[^0]/.test(fraction) ? undefined : { currency_code: currency, value: whole }
}

/** An amount as PayPal says it, in our minor units. */
export const payPalAmountSchema = z
  .object({ currency_code: z.string().regex(/^[A-Z]{3}$/), value: z.string() })
  .transform(({ currency_code: currency, value }, context) => {
    const cents = centsOf(value, minorDigits(currency))
    if (cents !== undefined) return { cents, currency }
    context.addIssue({ code: 'custom', message: 'is no amount of its currency' })
    return z.NEVER
  })
