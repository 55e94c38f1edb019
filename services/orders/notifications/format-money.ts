import { decimalText, minorDigits } from '../payments/currency-units.ts'

export type Money = { readonly cents: number; readonly currency: string }

/** `3998` of EUR is `€39.98` in English and `39,98 €` in German. An amount has 13 digits at most, so none is lost. */
export function formatMoney({ cents, currency }: Money, language: string): string {
  const digits = minorDigits(currency)
  const style = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return new Intl.NumberFormat(language, style).format(Number(decimalText(cents, digits)))
}
