import { decimalText, minorDigits } from '../payments/currency-units.ts'

/** Signs that mean one currency only; the others are shown by their codes. */
const signs = new Map(
  'EUR€ USD$ GBP£ JPY¥ INR₹ TRY₺ RUB₽ UAH₴ KRW₩ ILS₪ NGN₦ PHP₱ VND₫ KZT₸ GEL₾ AZN₼ PYG₲ CRC₡ GHS₵ MNT₮ LAK₭'
    .split(' ')
    .map((word) => [word.slice(0, 3), word.slice(3)]),
)

/**
 * The same in every document, for readers of all countries, as ISO 80000-1 groups digits: `₹1 234,50`, `KWD 1 234,500`,
 * `¥1 235`. Not by Intl, whose forms change with Node's release, and with them the bytes of a document.
 */
export function formatMoney(cents: number, currency: string): string {
  const [whole = '', fraction] = decimalText(cents, minorDigits(currency)).split('.')
  const number = fraction === undefined ? grouped(whole) : `${grouped(whole)},${fraction}`
  return `${signs.get(currency) ?? `${currency} `}${number}`
}

/** `1900` is `19 %`, `825` is `8,25 %`. */
export const formatBasisPoints = (basisPoints: number): string =>
  `${decimalText(basisPoints, 2)
    .replace(/\.?0+$/, '')
    .replace('.', ',')} %`

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ' ')
